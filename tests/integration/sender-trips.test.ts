import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Send } from "#shared/contracts/records.ts";
import { createRedisLedger } from "#shared/state/ledger/redis-ledger.ts";
import { createViews } from "#shared/state/views/redis-views.ts";
import { connectRedis, type TestRedis } from "#tests/support/redis.ts";
import { type RedisTrips, watchTrips } from "#tests/support/redis-trips.ts";
import { aProfile, aSend, aSender } from "#tests/unit/shared/delivery/sender-bench.ts";

const mails = 50;

/**
 * What a batch sends to Redis. Looked up at once: each mail's person, suppressions and cancellation, three commands round each of
 * the three, one for the flags, and two for the ledger of all. Then three scripts a mail: the claim with budget and confirmation, the record, and what
 * the log holds of it.
 */
const commandsOfBatch = 3 * (mails + 3) + 1 + 2 + 3 * mails;
/** Persons with cancellations, flags and ledger; suppressions; the claims of all; the records of all; what the log holds of all. */
const writesOfBatch = 5;

let store: TestRedis;

beforeAll(async () => {
  store = connectRedis();
  const { redis, keys } = store;
  const marker = JSON.stringify({ epoch: "e1", as_of: Date.now() });
  for (const name of [
    "profiles",
    "preferences",
    "consents",
    "tokens",
    "suppression",
    "cancellations",
    "flags",
    "ledger",
  ])
    await redis.set(keys.marker(name), marker);
  await redis.hset(keys.person("default", "u1"), "profile", `0:0:${JSON.stringify(aProfile())}`);
});
afterAll(() => store.close());

function batchOf(name: string): readonly DecodedRecord<Send>[] {
  return Array.from({ length: mails }, (_, at) => {
    const value = aSend({ cause_ref: `${name}-${at}` });
    const topic = "comms.send.email";
    const origin = { topic, partition: 0, offset: at, key: null, value: null, headers: {}, timestamp: 0 };
    return { value, origin, topic };
  });
}

/** A sender on the real Redis, whose provider answers each call in a callback of its own. */
function onRedis() {
  const { redis, keys } = store;
  const bench = aSender({ ledger: createRedisLedger(redis, keys), views: createViews({ redis, keys }) });
  bench.world.provider = async () => {
    await setImmediate();
    return { kind: "accepted", ref: "r" };
  };
  return bench;
}

/** Takes a batch through the sender as the shell does: looked up in one go, then each mail by itself. */
async function takeBatch({ sender, clock }: ReturnType<typeof onRedis>, batch: readonly DecodedRecord<Send>[]) {
  const facts = await sender.gather(batch, clock.now());
  return Promise.all(
    batch.map(async (record, at) => {
      const found = facts[at];
      const decided = found && sender.decide(record, found, clock.now());
      if (decided?.kind !== "perform") throw new Error(`${record.value.cause_ref} is not sent: ${decided?.kind}`);
      const outcome = await sender.perform?.(decided.effect, record, new AbortController().signal);
      if (outcome) await sender.afterWrite?.([outcome], clock.now());
      return outcome;
    }),
  );
}

test(`a batch of ${mails} mails takes the trips that it must, and no more`, async () => {
  const bench = onRedis();
  // Redis knows the script from then on.
  await takeBatch(bench, batchOf("first"));
  const trips = watchTrips(store.redis);
  const outcomes = await takeBatch(bench, batchOf("second"));
  expect(outcomes.map((outcome) => outcome?.kind)).toEqual(Array.from({ length: mails }, () => "emit"));
  expect(trips()).toEqual<RedisTrips>({ commands: commandsOfBatch, writes: writesOfBatch });
});
