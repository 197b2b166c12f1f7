import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import { deadLetterTopic, stages } from "#shared/contracts/topics.ts";
import { eventually } from "#tests/support/world/eventually.ts";
import { metric } from "#tests/support/world/metrics.ts";
import { aCrowd } from "#tests/support/world/people.ts";
import { sellerTo, tallied } from "#tests/support/world/traffic.ts";
import { allBut, startWorld, type World, type WorldChild } from "#tests/support/world.ts";

const people = aCrowd("scale", 30);
const eventFactory = createEventFactory("scale");
/** Mails under way at once, so that a slow machine has as much to do as it can. */
const aheadMax = 60;
const routers: WorldChild[] = [];
let world: World;
let eventCount = 0;

beforeAll(async () => {
  world = await startWorld({ callbacks: false });
  const [, one] = await Promise.all([world.start(allBut("router")), world.start(["router"])]);
  routers.push(one);
  await world.introduce(people);
  const stopping = new AbortController();
  const traffic = keepTelling(stopping.signal);

  await working(one, 1);
  const more = await Promise.all([world.start(["router"]), world.start(["router"])]);
  routers.push(...more);
  for (const router of routers) await working(router, 20);
  for (const router of more) expect(await router.stop()).toBe(0);
  await working(one, 50);

  stopping.abort();
  await traffic;
  await world.watch.until(() => mailed() === eventCount, "every mail to be sent", 90_000);
  await world.drained();
});
afterAll(() => world?.close());

/** Ten bookings at a time, to each person in turn, and never far ahead of what was sent. */
async function keepTelling(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (eventCount - mailed() < aheadMax) {
      const next = Array.from({ length: 10 }, () => people[eventCount++ % people.length]?.userId ?? "");
      await world.produceEvents(
        ...next.map((userId) => eventFactory.booking({ buyer: userId, seller: sellerTo(userId) }, Date.now())),
      );
    }
    await sleep(50, undefined, { signal }).catch(() => undefined);
  }
}

/** Waits until the router has done so many more records than now. */
async function working(router: WorldChild, records: number): Promise<void> {
  const done = () => metric(router, "comms_stage_records_total", { stage: "router" });
  const from = await done();
  await eventually(async () => (await done()) >= from + records, `a router to do ${records} records`, 60_000);
}

function mailed(): number {
  const reports = world.watch
    .of("comms.feedback")
    .filter(({ status, channel }) => status === "SENT" && channel === "EMAIL");
  return new Set(reports.map(({ msg_id }) => msg_id)).size;
}

/** Who had a mail put off by the sender: a retry comes after what waited behind it. */
function putOff(): ReadonlySet<string> {
  const waits = world.watch.of("comms.decisions").filter(({ stage }) => stage === "email-sender");
  return new Set(waits.map(({ user_id }) => user_id));
}

/** The bookings of each person, each once, in the order in which they came. */
function inOrder(
  records: readonly { readonly user_id: string; readonly cause_ref: string }[],
): ReadonlyMap<string, readonly string[]> {
  const groups = Map.groupBy(records, ({ user_id }) => user_id);
  return new Map(
    people.map(({ userId }) => [userId, [...new Set((groups.get(userId) ?? []).map(({ cause_ref }) => cause_ref))]]),
  );
}

describe("the router scaled from one to three and back to one under traffic", () => {
  test("three of it shared the partitions: each joined, and the first took part in every generation", async () => {
    expect(
      await metric(routers[0] as WorldChild, "comms_rebalances_total", { stage: "router" }),
    ).toBeGreaterThanOrEqual(3);
  });

  test("nothing is lost, and nobody gets a mail twice", async () => {
    const calls = await world.ledger({ provider: "ses", outcome: "accepted" });
    expect(tallied(calls.map(({ msg_id }) => msg_id ?? "")).size).toBe(eventCount);
    expect(calls).toHaveLength(eventCount);
    expect(eventCount).toBeGreaterThan(100);
  });

  test("each person's messages keep their order from the router to the provider", async () => {
    const accepted = inOrder(world.watch.of("comms.accepted"));
    const routed = world.watch.of("comms.routed").filter(({ channel }) => channel === "EMAIL");
    expect(inOrder(routed)).toEqual(accepted);
    const causeOf = new Map(routed.map(({ msg_id, cause_ref, user_id }) => [msg_id, { cause_ref, user_id }]));
    const calls = (await world.ledger({ provider: "ses" })).flatMap(({ msg_id }) => causeOf.get(msg_id ?? "") ?? []);
    const late = putOff();
    const prompt = people.filter(({ userId }) => !late.has(userId));
    expect(prompt.length).toBeGreaterThan(people.length / 2);
    const called = inOrder(calls);
    for (const { userId } of prompt) expect(called.get(userId), userId).toEqual(accepted.get(userId));
  });

  test("a rebalance makes no dead letters", () => {
    for (const stage of stages)
      expect(`${stage} ${world.watch.records(deadLetterTopic(stage)).length}`).toBe(`${stage} 0`);
  });
});
