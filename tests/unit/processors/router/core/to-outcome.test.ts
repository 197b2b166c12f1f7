import { describe, expect, test } from "vitest";
import type { GateEvaluation, RoutingResult } from "#processors/router/core/gate-evaluation.ts";
import { messageOf } from "#processors/router/core/message.ts";
import { toOutcome } from "#processors/router/core/to-outcome.ts";
import type { Channel } from "#shared/contracts/records.ts";
import { collect, defer, drop, pass } from "#shared/domain/policy/gate-result.ts";
import { anAccepted, noon } from "#tests/support/policy/records.ts";
import { outputsOf } from "#tests/support/policy/router.ts";

const accepted = anAccepted({ lane: "BULK" });
const context = { now: noon, encode: () => Buffer.from("payload") };

function evaluation(channel: Channel, result: RoutingResult): GateEvaluation {
  const message = messageOf(accepted, channel);
  return { message, result, gate: "x", trace: [], template: undefined, locale: "en-US", addressHash: null, tz: "UTC" };
}

const passed = evaluation("EMAIL", pass("open"));
const dropped = evaluation("SMS", drop("COMMS_SUPPRESSED", "an entry"));
const deferred = evaluation(
  "PUSH",
  defer({ kind: "quiet_hours", reason: "COMMS_QUIET_HOURS", dueAt: noon + 1, detail: "night" }),
);
const collected = evaluation("INAPP", collect("messages.daily_digest", "collected"));

describe("the outcome of one record", () => {
  test.each([
    { name: "a message that goes", given: [dropped, deferred, passed], kind: "emit" },
    { name: "one that waits, none that goes", given: [dropped, deferred], kind: "defer" },
    { name: "one that is collected", given: [dropped, collected], kind: "defer" },
    { name: "only drops", given: [dropped], kind: "drop" },
    { name: "no message at all", given: [], kind: "emit" },
  ])("$name: $kind", ({ given, kind }) => {
    expect(toOutcome(accepted, given, context).kind).toBe(kind);
  });

  test("writes a decision for each message, and after it the record that follows, in the lane of the event", () => {
    const outcome = toOutcome(accepted, [passed, dropped, deferred, collected], context);
    expect(outputsOf(outcome).map(({ topic }) => topic)).toEqual([
      "comms.decisions",
      "comms.routed.bulk",
      "comms.decisions",
      "comms.decisions",
      "comms.schedule",
      "comms.decisions",
      "comms.digest",
    ]);
    expect(new Set(outputsOf(outcome).map(({ key }) => key))).toEqual(new Set(["default/usr_buyer"]));
  });
});
