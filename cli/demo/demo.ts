import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Output } from "#shared/contracts/output.ts";
import type { Event } from "#shared/contracts/records.ts";
import { environmentWith, readConfig } from "#shared/platform/config/environment.ts";
import { readStackConfig } from "#shared/platform/config/stack-config.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { Closers } from "#shared/runtime/closers.ts";
import { createPlatform, type Platform } from "#shared/runtime/platform.ts";
import { stackOptionsFrom } from "#stack/options.ts";
import { startStack } from "#stack/stack.ts";
import { type CliCommand, exit } from "../command.ts";
import { prepareAll, produce } from "../prepare.ts";
import { startStages } from "./children.ts";
import { createEventFactory, type EventFactory } from "./event-factory.ts";
import { providersAccount } from "./ledger-check.ts";
import { type Character, characters, introduce } from "./people.ts";
import { sentIds, tally, unaccounted } from "./tally.ts";
import { startWatch, type Watch } from "./watch.ts";

/** `comms demo`: the whole product at its work, on real servers, against the providers' double. */
export const demo: CliCommand = {
  name: "demo",
  usage: "demo [--once]",
  summary: "Start everything, feed it events and show what becomes of them",
  flags: { once: { type: "boolean", default: false } },
  run: async ({ flags }) => {
    // From the first moment: who ends the demo while it starts must not leave half of it behind.
    const stopping = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort());
    const closers = new Closers();
    const shown = show(flags["once"] === true, closers, stopping.signal);
    const stopped = once(stopping.signal, "abort").then(() => exit.done);
    try {
      return await Promise.race([shown, stopped]);
    } finally {
      await closers.close(closeEachMs);
      setTimeout(() => process.exit(), 1_000).unref();
    }
  },
};

/** Longer than the processors take to drain. */
const closeEachMs = 30_000;

async function show(bounded: boolean, closers: Closers, signal: AbortSignal): Promise<number> {
  const began = Date.now();
  const say = (line: string): void =>
    void process.stderr.write(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}\n`);
  const addresses = await startStack(stackOptionsFrom(readStackConfig(), say));
  await refuseSecond(addresses.gateway.url);
  const platform = createPlatform(readConfig(environmentWith({ COMMS_LOG_LEVEL: "silent" })), { name: "demo" });
  closers.add("last word", () => say("the processors have stopped; the stack still runs, and 'make down' ends it"));
  closers.add("platform", () => platform.close());
  for (const line of await prepareAll(platform, { replace: true })) say(line);
  const stages = await startStages(["all"], {
    env: { COMMS_LOG_FILE: ".carillon/logs/carillon.ndjson", COMMS_DIGEST_WINDOW_SECONDS: "10" },
    signal,
  });
  closers.add("processors", () => stages.stop());
  say("every processor is ready");
  const run = randomBytes(3).toString("hex");
  const watch = await startWatch(platform, run, say);
  closers.add("watch", () => watch.close());
  const people = characters(run, Date.now());
  await meet(platform, people);
  await tell(platform, watch, people, createEventFactory(run));
  if (bounded) return conclude(platform, watch, addresses.simulator.ledger, began);
  process.stderr.write(box(addresses.simulator.url, addresses.gateway.url, people));
  await carryOn(platform, people, createEventFactory(`${run}x`), signal);
  return exit.done;
}

/** Two demos would share groups, ports and the mailbox. */
async function refuseSecond(gatewayUrl: string): Promise<void> {
  const answer = await fetch(`${gatewayUrl}/openapi.json`).catch(() => undefined);
  if (answer === undefined) return;
  throw new AppError(
    "PORT_TAKEN",
    `A gateway answers at ${gatewayUrl} already, so a demo runs here: end it with Ctrl-C first`,
    {
      retryable: false,
    },
  );
}

/** Introduces the people, and waits until the views know the last of them. */
async function meet(platform: Platform, people: readonly Character[]): Promise<void> {
  await produce(platform, introduce(people, Date.now()));
  const refs = people.map(({ userId }) => ({ tenantId: "default", userId }));
  for (let tries = 0; tries < 300; tries++) {
    const persons = await platform
      .views()
      .persons(refs)
      .catch(() => undefined);
    const known = persons?.value.every((person, i) => {
      const { push, sms } = people[i] as Character;
      return (
        person.profile &&
        person.tokens.length === Number(push) &&
        person.consents.length === Number(push) + 2 * Number(sms)
      );
    });
    if (known) return;
    await sleep(100);
  }
  throw new Error("The views did not take the people in within 30 s; see .carillon/logs/carillon.ndjson");
}

/** One of everything that can happen to a message. */
async function tell(
  platform: Platform,
  watch: Watch,
  people: readonly Character[],
  story: EventFactory,
): Promise<void> {
  const [ines, theo, bounce, night, quiet, studio] = people.map(({ userId }) => userId) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const now = () => Date.now();
  const feed = (...events: readonly Event[]) => produce(platform, events.map(eventOutput));
  const first = story.booking(ines, studio, now());
  await feed(first);
  await watch.until(() => watch.feedback.some(({ status }) => status === "SENT"), "the first delivery", 60_000);
  await feed(
    story.receipt(theo, now()),
    story.code(ines, now()),
    story.code(theo, now()),
    story.booking(bounce, studio, now()),
    story.booking(night, studio, now()),
    story.booking(quiet, studio, now()),
    story.promotion(theo, now()),
    story.booking(ines, studio, now(), { expiresAt: now() - 1_000 }),
    story.note(theo, "The light is best an hour before sunset, shall we meet at five?", now()),
    story.note(theo, "And bring a second shirt.", now()),
    first,
    first,
    story.booking(ines, studio, now(), { bookingId: first.cause_ref }),
  );
  const suppressed = () => watch.suppressions.length > 0;
  await watch.until(suppressed, "the bounce to become a suppression", 60_000);
  await untilRefusable(platform, watch);
  await feed(story.booking(bounce, studio, now()));
  const refused = () =>
    watch.decisions.some(({ user_id, reason }) => user_id === bounce && reason === "COMMS_SUPPRESSED");
  await watch.until(refused, "the next message to the bounced address to be refused", 60_000);
  const digest = () =>
    watch.feedback.some(({ user_id, template_name }) => user_id === theo && template_name === "new_message_digest");
  await watch.until(digest, "the digest", 60_000);
  await watch.until(() => tally(watch).in_flight === 0, "the last message to end", 60_000);
}

/** The suppression is on the topic; the gates see it once the view has it too. */
async function untilRefusable(platform: Platform, watch: Watch): Promise<void> {
  const entry = watch.suppressions[0];
  if (!entry) return;
  const ref = { tenantId: entry.tenant_id, channel: entry.channel, addressHash: entry.address_hash };
  for (let tries = 0; tries < 100; tries++) {
    const { value } = await platform.views().suppressions([ref]);
    if ((value[0]?.length ?? 0) > 0) return;
    await sleep(50);
  }
}

function eventOutput(event: Event): Output {
  return { topic: "comms.events", key: `${event.tenant_id}/${event.cause_ref}`, value: event };
}

/** Counts from the topics, checks against the providers' own account, and prints the sum as the last line. */
async function conclude(platform: Platform, watch: Watch, ledger: string, began: number): Promise<number> {
  const counts = tally(watch);
  const ids = new Set(watch.decisions.map(({ msg_id }) => msg_id));
  const account = await providersAccount(ledger, ids);
  const taken = new Map([...account.taken, ["inapp", await inappNotes(platform, ids)]]);
  const faults = [...unaccounted(watch), ...disagreements(sentIds(watch), taken)];
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  const firstSent = Math.min(
    ...watch.feedback.filter(({ status }) => status === "SENT").map(({ recorded_at }) => recorded_at),
  );
  const summary = {
    ...counts,
    duplicates: account.duplicates,
    seconds_to_first_delivery: Math.round((firstSent - began) / 100) / 10,
  };
  process.stdout.write(`${JSON.stringify(summary)}\n`);
  return faults.length > 0 || counts.in_flight > 0 || account.duplicates > 0 ? exit.failed : exit.done;
}

/** Message by message: what the topics say was sent and no provider took, and the other way round. */
function disagreements(said: MessagesByChannel, taken: MessagesByChannel): readonly string[] {
  const none: ReadonlySet<string> = new Set();
  return [...new Set([...said.keys(), ...taken.keys()])].flatMap((channel) => {
    const [ours, theirs] = [said.get(channel) ?? none, taken.get(channel) ?? none];
    const [unheard, untold] = [ours.difference(theirs).size, theirs.difference(ours).size];
    return unheard + untold === 0
      ? []
      : [`${channel}: ${unheard} sent that nobody took, ${untold} taken that nobody told`];
  });
}

type MessagesByChannel = ReadonlyMap<string, ReadonlySet<string>>;

async function inappNotes(platform: Platform, ids: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const sql = "select inapp_id from inapp_notification where inapp_id = any($1::text[])";
  const { rows } = await platform.postgres().query<{ inapp_id: string }>(sql, [[...ids]]);
  return new Set(rows.map((row) => row.inapp_id));
}

/** A little traffic, for as long as somebody looks. */
async function carryOn(
  platform: Platform,
  people: readonly Character[],
  story: EventFactory,
  signal: AbortSignal,
): Promise<void> {
  const [ines, theo, , , , studio] = people.map(({ userId }) => userId) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const turns = [
    () => story.booking(ines, studio, Date.now()),
    () => story.receipt(theo, Date.now()),
    () => story.code(ines, Date.now()),
    () => story.note(theo, "Are we still on for tomorrow?", Date.now()),
    () => story.promotion(theo, Date.now()),
  ];
  for (let turn = 0; !signal.aborted; turn++) {
    await produce(platform, [eventOutput((turns[turn % turns.length] as () => Event)())]);
    await sleep(3_000, undefined, { signal }).catch(() => undefined);
  }
}

function box(simulator: string, gateway: string, people: readonly Character[]): string {
  const lines = [
    `Mailbox and phone   ${simulator}/`,
    `HTTP API            ${gateway}/openapi.json`,
    `Ask why             bin/comms why --user ${people[2]?.userId}`,
    `Break the provider  press a fault on the mailbox page, and recover it there`,
    `All addresses       make status`,
    `Stop                Ctrl-C, then make down`,
  ];
  const width = Math.max(...lines.map((line) => line.length));
  const rule = "─".repeat(width + 2);
  return `\n┌${rule}┐\n${lines.map((line) => `│ ${line.padEnd(width)} │`).join("\n")}\n└${rule}┘\n\n`;
}
