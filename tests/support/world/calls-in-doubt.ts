import { createEventFactory } from "#cli/demo/event-factory.ts";
import type { CallEntry } from "#simulator/ledger/call-entry.ts";
import { allBut, startWorld, type World, type WorldChild } from "../world.ts";
import { eventually } from "./eventually.ts";
import { metric } from "./metrics.ts";
import { aCrowd } from "./people.ts";
import { sellerTo, tallied } from "./traffic.ts";

interface InDoubtOptions {
  /** Even: half of them get a critical mail, half one that is not. */
  readonly people: number;
  /** How often the sender is killed in its calls, with Redis wiped right after it: the first two make calls. */
  readonly deaths: number;
}

/** What came of calls that a wiped Redis has forgotten. */
export interface CallsInDoubt {
  /** Messages that the first sender had called for when it died. */
  readonly first: number;
  /** Calls beyond the first of each message. */
  readonly second: number;
  /** The same of messages that are not critical. */
  readonly secondOfOthers: number;
  /** The most calls of one message. */
  readonly most: number;
  /** `comms_ambiguous_sends_total` over all senders, each read as by a scrape right before its death. */
  readonly counted: number;
  /** How many messages ended how. */
  readonly ends: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

const slow = "slow-";

/**
 * Mails whose provider takes each at once and answers when the sender is dead: the sender is killed in mid-call and Redis is
 * wiped, so often; then all mails come to their end.
 */
export async function callsInDoubt({ people: count, deaths }: InDoubtOptions): Promise<CallsInDoubt> {
  const world = await startWorld({ callbacks: false, env: { COMMS_AMBIGUOUS_HOLD_SECONDS: "20" } });
  try {
    return await run(world, count, deaths);
  } catch (error) {
    await world.close();
    throw error;
  }
}

async function run(world: World, count: number, deaths: number): Promise<CallsInDoubt> {
  const people = aCrowd(slow.slice(0, -1), count);
  await world.start(allBut("email-sender"));
  await world.introduce(people);
  await world.simulator.fault({ provider: "ses", kind: "latency", delay_ms: 4_900, match: { recipient: slow } });
  const factory = createEventFactory("in-call");
  const mails = people.map(({ userId }, index) =>
    index % 2 === 0
      ? factory.receipt(userId, Date.now())
      : factory.booking({ buyer: userId, seller: sellerTo(userId) }, Date.now()),
  );
  await world.produceEvents(...mails);
  let counted = 0;
  let first = 0;
  for (let death = 1; death <= deaths; death++) {
    const sender = await world.start(["email-sender"]);
    const wanted = death === 1 ? count : count + count / 2;
    if (death <= 2) await eventually(async () => (await slowCalls(world)).length >= wanted, "the calls", 60_000);
    if (death === 1) first = (await slowCalls(world)).length;
    counted += await countedBy(sender);
    await sender.kill();
    await world.redis.wipe();
  }
  await world.simulator.clearFaults();
  const last = await world.start(["email-sender"]);
  const called = new Set((await slowCalls(world)).map(({ msg_id }) => msg_id ?? ""));
  await world.watch.until(() => endsOf(world, called).size === called.size, "every message to have ended", 120_000);
  await world.drained();
  counted += await countedBy(last);
  return { ...figuresOf(world, await slowCalls(world)), first, counted, close: () => world.close() };
}

function figuresOf(world: World, calls: readonly CallEntry[]) {
  const ids = calls.map(({ msg_id }) => msg_id ?? "");
  const critical = new Set(
    world.watch.of("comms.routed").flatMap((routed) => (routed.critical ? [routed.msg_id] : [])),
  );
  const times = tallied(ids);
  const others = [...times].filter(([msgId]) => !critical.has(msgId));
  return {
    second: ids.length - times.size,
    secondOfOthers: others.reduce((sum, [, each]) => sum + each - 1, 0),
    most: Math.max(...times.values()),
    ends: tallied([...endsOf(world, new Set(ids)).values()]),
  };
}

/** The calls that the provider took of the mails that wait for its answer. */
async function slowCalls(world: World): Promise<readonly CallEntry[]> {
  const calls = await world.ledger({ provider: "ses", outcome: "accepted" });
  const ids = new Set(world.watch.of("comms.routed").flatMap((r) => (r.user_id.startsWith(slow) ? [r.msg_id] : [])));
  return calls.filter(({ msg_id }) => ids.has(msg_id ?? ""));
}

function endsOf(world: World, ids: ReadonlySet<string>): ReadonlyMap<string, string> {
  const reports = world.watch.of("comms.feedback").filter(({ msg_id }) => ids.has(msg_id));
  return new Map(reports.map(({ msg_id, status, reason }) => [msg_id, `${status} ${reason}`]));
}

function countedBy(sender: WorldChild): Promise<number> {
  return metric(sender, "comms_ambiguous_sends_total", { channel: "email" });
}
