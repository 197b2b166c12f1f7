import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ageMsMax, aheadMsMax } from "#gateway/webhooks/sns/core/trust.ts";
import { patienceMs } from "#processors/feedback/core/wait.ts";
import { devicesMax } from "#processors/push-sender/core/devices.ts";
import { budgetLimits } from "#shared/delivery/budget.ts";
import { defaultPolicy } from "#shared/domain/delivery/policy.ts";
import { intakeLimits } from "#shared/domain/event/limits.ts";
import { spreadMsMax } from "#shared/domain/quiet-hours/spread.ts";
import { sinkLimits, stageLimits } from "#shared/runtime/limits.ts";
import { outageBackoff } from "#shared/runtime/outage-watch.ts";
import { dedupeWindowMs } from "#shared/state/dedupe/dedupe.ts";
import { callDeadlineMs, hotWindowMs, leaseMs } from "#shared/state/ledger/ledger.ts";
import { createRebuildableLedger } from "#shared/state/ledger/rebuildable-ledger.ts";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** A number that its file keeps to itself: `const batch = 500`, `rate: 250`, `?? 8`, as a product of numbers. */
function numberIn(path: string, name: string): number {
  const written = new RegExp(`\\b${name}(?: =|:| \\?\\?)(?: rate\\(| )([\\d._ *]+)`).exec(read(path))?.[1];
  if (written === undefined) throw new Error(`${path} has no number ${name}`);
  return written
    .replaceAll("_", "")
    .split("*")
    .reduce((product, factor) => product * Number(factor), 1);
}

const count = (value: number): string => value.toLocaleString("en-US");
const units = (names: readonly (readonly [name: string, size: number])[]) => (value: number) => {
  const [name, size] = names.find(([, unit]) => value >= unit && value % unit === 0) ?? ["?", 1];
  return `${count(value / size)} ${name}`;
};
const bytes = units([
  ["MiB", 1024 * 1024],
  ["KiB", 1024],
  ["B", 1],
]);
const seconds = units([
  ["s", 1_000],
  ["ms", 1],
]);
const minutes = units([["minutes", 60_000]]);
const hours = units([["hours", 3_600_000]]);
const days = units([["days", 86_400_000]]);

const both = (tell: (value: number) => string, name: "inFlight" | "batch" | "batches" | "fetchBytesMin"): string =>
  `${tell(stageLimits[name])} / ${tell(sinkLimits[name])}`;

function budget(channel: string, variable: string): string {
  const path = `processors/${channel}-sender/main.ts`;
  const { rate, burst, reserve } = budgetLimits(numberIn("shared/platform/config/environment.ts", variable), {
    burstSeconds: numberIn(path, "burstSeconds"),
    reserveShare: numberIn(path, "reserveShare"),
  });
  return `${count(rate)} (\`${variable}\`); ${count(burst)}; ${count(reserve)}`;
}

const log = "shared/platform/kafka/kafkajs-log.ts";
const { fuse } = stageLimits;
const quarantineMs = createRebuildableLedger({} as never).quarantineMs;

/** What each row must say, by the files that it names. */
const bounds: readonly (readonly [where: string, what: string, bound: string])[] = [
  ["shared/runtime/limits.ts", "records in work at once, a stage / a sink", both(count, "inFlight")],
  ["shared/runtime/limits.ts", "records looked up in one trip, a stage / a sink", both(count, "batch")],
  ["shared/runtime/limits.ts", "trips under way at once, a stage / a sink", both(count, "batches")],
  [
    "shared/runtime/limits.ts",
    "records and bytes in hand, an urgency",
    `${count(stageLimits.waitingRecords)} and ${bytes(stageLimits.waitingBytes)}; then its partitions rest`,
  ],
  [
    "shared/runtime/limits.ts",
    "outputs of a batch that are encoded and written at once",
    `about ${bytes(stageLimits.outputBytes)}`,
  ],
  [
    "shared/runtime/limits.ts",
    "a value that a stage reads",
    `${bytes(stageLimits.recordBytes)}; larger is dead-lettered unread`,
  ],
  [
    "shared/runtime/limits.ts",
    "a commit",
    `each ${seconds(stageLimits.commitEveryMs)} or ${count(stageLimits.commitEveryRecords)} records`,
  ],
  [
    "shared/runtime/fuse.ts",
    "rejects before the fuse blows",
    `${fuse.inRow} in a row, or ${fuse.share === 0.5 ? "half" : fuse.share} of ${fuse.window}`,
  ],
  [
    "shared/domain/retry/backoff.ts, shared/runtime/limits.ts",
    "a wait for trouble outside",
    `up to ${seconds(outageBackoff.maxMs)} between tries, without end; unready after ${stageLimits.outageTries}`,
  ],
  [
    `shared/runtime/limits.ts, ${log}`,
    "what a fetch waits for, a stage / a sink",
    `${both(bytes, "fetchBytesMin")}, ${seconds(numberIn(log, "fetchWaitMs"))} at most`,
  ],
  [log, "how far apart two fetches from one broker begin", seconds(numberIn(log, "fetchEveryMs"))],
  [log, "a produce without an acknowledgement", seconds(numberIn(log, "sendDeadlineMs"))],
  [
    "schemas/topics/*.yaml",
    "a record that a topic takes",
    `see its page; ${/max_message: (\d+)MiB/.exec(read("schemas/topics/dead-letters.yaml"))?.[1]} MiB for dead letters`,
  ],
  [
    "gateway/http/server.ts",
    "a request to the gateway",
    `${bytes(numberIn("gateway/http/server.ts", "bodyBytesMax"))}, whole within ${seconds(numberIn("gateway/http/server.ts", "requestTimeoutMs"))}`,
  ],
  ["gateway/webhooks/sns/core/trust.ts", "a webhook's age", `${minutes(ageMsMax)}, ${minutes(aheadMsMax)} ahead`],
  [
    "shared/domain/event/limits.ts",
    "an event's payload; its depth; its bytes times the records made of it",
    `${bytes(intakeLimits.payload_bytes_max)}; ${intakeLimits.payload_depth_max}; ${bytes(intakeLimits.fan_out_bytes_max)}`,
  ],
  [
    "shared/domain/event/limits.ts",
    "people in an event; an id, a reference, a dedupe key",
    `${count(intakeLimits.actors_max)}; ${bytes(intakeLimits.id_bytes_max)}; ${intakeLimits.dedupe_key_length_max} characters`,
  ],
  [
    "shared/domain/event/limits.ts",
    "how far ahead an event may expire; a producer's clock",
    `${days(intakeLimits.horizon_ms_max)}; ${hours(intakeLimits.clock_ahead_ms_max)}`,
  ],
  ["shared/state/dedupe/dedupe.ts", "dedupe window", minutes(dedupeWindowMs)],
  ["shared/domain/quiet-hours/spread.ts", "spread of a release after quiet hours", minutes(spreadMsMax)],
  [
    "shared/platform/artifacts/sealed-artifact.ts",
    "the words of a message",
    bytes(numberIn("shared/platform/artifacts/sealed-artifact.ts", "contentBytesMax")),
  ],
  ["processors/push-sender/core/devices.ts", "devices that one push goes to", count(devicesMax)],
  ["shared/state/ledger/ledger.ts", "a provider call", seconds(callDeadlineMs)],
  [
    "shared/domain/delivery/policy.ts",
    "provider calls for one message",
    `${defaultPolicy.maxAttempts}, ${seconds(defaultPolicy.baseMs)} to ${minutes(defaultPolicy.maxMs)} apart`,
  ],
  [
    "shared/state/ledger/ledger.ts",
    "a claim's lease; quarantine of the ledger after a wipe",
    `${seconds(leaseMs)}; ${seconds(quarantineMs)}`,
  ],
  [
    "shared/state/ledger/ledger.ts",
    "the ledger's hot window",
    `${days(hotWindowMs)}; older is looked up in \`comms_message\``,
  ],
  ["shared/domain/delivery/policy.ts", "a message in doubt waits for feedback", minutes(defaultPolicy.ambiguousHoldMs)],
  [
    "shared/domain/delivery/policy.ts",
    "age of the views for what is not critical",
    seconds(defaultPolicy.viewAgeMaxMs),
  ],
  [
    "shared/platform/config/environment.ts, processors/email-sender/main.ts",
    "calls a second to SES; at once; of those for critical",
    budget("email", "COMMS_SES_RATE"),
  ],
  [
    "shared/platform/config/environment.ts, processors/push-sender/main.ts",
    "the same for FCM",
    budget("push", "COMMS_FCM_RATE"),
  ],
  [
    "shared/platform/config/environment.ts, processors/sms-sender/main.ts",
    "the same for Twilio",
    budget("sms", "COMMS_TWILIO_RATE"),
  ],
  [
    "shared/platform/config/environment.ts, processors/inapp-sender/main.ts",
    "the same for the notification centre",
    budget("inapp", "COMMS_INAPP_RATE"),
  ],
  [
    "shared/domain/delivery/policy.ts",
    "a call's wait for its turn in that budget",
    `${seconds(defaultPolicy.budgetWaitMaxMs)}; then the stage waits`,
  ],
  ["processors/feedback/core/wait.ts", "a webhook whose message is not known yet waits", minutes(patienceMs)],
  ["processors/scheduler/dispatcher.ts", "scheduled items in one lease; its length", lease("scheduler/dispatcher")],
  ["processors/digest/closer.ts", "digest windows in one lease; its length", lease("digest/closer")],
  [
    "shared/platform/postgres/pool.ts",
    "connections to Postgres, a process",
    count(numberIn("shared/platform/postgres/pool.ts", "max")),
  ],
  [
    "shared/platform/config/environment.ts",
    "a stop",
    `${/COMMS_SHUTDOWN_SECONDS: .*\.default\((\d+)\)/.exec(read("shared/platform/config/environment.ts"))?.[1]} s (\`COMMS_SHUTDOWN_SECONDS\`)`,
  ],
];

function lease(file: string): string {
  const path = `processors/${file}.ts`;
  return `${count(numberIn(path, "batch"))}; ${seconds(numberIn(path, "leaseMs"))}`;
}

describe("the table of limits in ARCHITECTURE.md", () => {
  const table = read("ARCHITECTURE.md").split("## Limits")[1]?.split("\n## ")[0] ?? "";
  const rows = table
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(1)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const told = new Map(rows.map(([what = "", bound, where]) => [what, { bound, where }]));

  test("has these rows and no others, each once", () => {
    expect(rows.map(([what]) => what)).toEqual(bounds.map(([, what]) => what));
  });

  test.each(bounds)("%s: %s is %s", (where, what, bound) => {
    const places = where.split(", ").map((place) => `\`${place}\``);
    expect(told.get(what)).toEqual({ bound, where: places.join(", ") });
  });
});
