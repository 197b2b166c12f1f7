import { afterAll, beforeAll, expect, test } from "vitest";
import { createEventFactory } from "#cli/demo/event-factory.ts";
import { metric } from "#tests/support/world/metrics.ts";
import { aCrowd } from "#tests/support/world/people.ts";
import { sellerTo } from "#tests/support/world/traffic.ts";
import { everything, startWorld, type World, type WorldChild } from "#tests/support/world.ts";

/** Fewer than open the breaker of the account. */
const people = aCrowd("doubt", 8, { push: true });
let world: World;
let child: WorldChild;

beforeAll(async () => {
  world = await startWorld();
  child = await world.start(everything, { COMMS_AMBIGUOUS_HOLD_SECONDS: "30" });
  await world.introduce(people);
});
afterAll(() => world?.close());

const inDoubt = "COMMS_AMBIGUOUS_SEND";

/** Pushes on which a sender has decided so, for want of an answer. */
function decided(verdict: "HOLD" | "DROP"): ReadonlySet<string> {
  const found = world.watch
    .of("comms.decisions")
    .filter((one) => one.channel === "PUSH" && one.verdict === verdict && one.reason === inDoubt);
  return new Set(found.map(({ msg_id }) => msg_id));
}

async function pushes(): Promise<readonly string[]> {
  const calls = await world.ledger({ provider: "fcm", operation: "messages:send", outcome: "accepted" });
  return calls.map(({ msg_id }) => String(msg_id));
}

test("FLUSHALL while pushes are in doubt: none is called a second time, and none would go uncounted [KV-07]", async () => {
  await world.simulator.fault({ provider: "fcm", kind: "reset_after_accept", match: { operation: "messages:send" } });
  const factory = createEventFactory("doubt");
  await world.produceEvents(
    ...people.map(({ userId }) => factory.booking({ buyer: userId, seller: sellerTo(userId) }, Date.now())),
  );
  await world.watch.until(() => decided("HOLD").size === people.length, "every push to be in doubt", 60_000);
  await world.simulator.clearFaults();
  await world.redis.wipe();
  const over = () =>
    new Set(
      world.watch
        .of("comms.feedback")
        .filter(({ channel, status }) => channel === "PUSH" && (status === "SENT" || status === "DROPPED"))
        .map(({ msg_id }) => msg_id),
    );
  await world.watch.until(() => over().size >= people.length, "every push to come to its end", 120_000);
  await world.drained();
  const calls = await pushes();
  const twice = calls.length - new Set(calls).size;
  const counted = await metric(child, "comms_ambiguous_sends_total");
  process.stderr.write(`${people.length} pushes in doubt, FLUSHALL: ${twice} second calls, metric ${counted}\n`);
  expect(twice).toBeLessThanOrEqual(counted);
  expect(twice).toBe(0);
  expect(decided("DROP").size).toBe(people.length);
});
