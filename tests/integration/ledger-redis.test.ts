import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BudgetRequest } from "#shared/domain/delivery/rate-budget.ts";
import { hotWindowMs, leaseMs } from "#shared/state/ledger/ledger.ts";
import { createRedisLedger } from "#shared/state/ledger/redis-ledger.ts";
import { ledgerConformance } from "#tests/contract/ledger-conformance.ts";
import { createMemoryLedger } from "#tests/fakes/memory-ledger.ts";
import { connectRedis, type TestRedis } from "#tests/support/redis.ts";

ledgerConformance("Redis", async () => {
  const { redis, keys, wipe, close } = connectRedis();
  const restored = async () => void (await redis.set(keys.marker("ledger"), "{}"));
  return { ledger: createRedisLedger(redis, keys, { clock: "caller" }), wipe, restored, close };
});

const budget: BudgetRequest = {
  account: "ses",
  limits: { rate: 7, burst: 5, reserve: 2 },
  calls: 1,
  critical: false,
};
const request = { owner: "a", attempt: 1, leaseMs, resend: false, budget };

describe("the ledger's keys in Redis", () => {
  let world: TestRedis;
  beforeAll(() => {
    world = connectRedis();
  });
  afterAll(() => world.close());

  test("forget a message after the hot window, counted from what the log says", async () => {
    const { redis, keys } = world;
    const ledger = createRedisLedger(redis, keys);
    const now = Date.now();
    await redis.set(keys.marker("ledger"), "{}");
    await ledger.begin({ ...request, msgId: "m1", now });
    await ledger.reconcile(
      [{ msgId: "m2", state: "sent", attempt: 1, bySender: true, recordedAt: now - hotWindowMs + 60_000 }],
      now,
    );
    expect(await redis.pttl(keys.ledger("m1"))).toBeGreaterThan(hotWindowMs - 5_000);
    const left = await redis.pttl(keys.ledger("m2"));
    expect(left).toBeGreaterThan(50_000);
    expect(left).toBeLessThanOrEqual(60_000);
  });

  test("a completed message takes less than 160 bytes, its expiry aside", async () => {
    const { redis, keys } = world;
    const ledger = createRedisLedger(redis, keys);
    const now = Date.now();
    const msgId = "0c1d6e7e-0000-5000-8000-000000000001";
    await ledger.reconcile([{ msgId, state: "sent", attempt: 1, bySender: true, recordedAt: now }], now);
    expect(Number(await redis.call("MEMORY", "USAGE", keys.ledger(msgId)))).toBeLessThan(160);
  });

  test("the rate budget counts as the one in memory does", async () => {
    await world.redis.set(world.keys.marker("ledger"), "{}");
    const ledger = createRedisLedger(world.redis, world.keys, { clock: "caller" });
    const model = createMemoryLedger();
    let now = Date.now();
    for (let step = 0; step < 200; step++) {
      now += (step * 37) % 211;
      const ask = { ...budget, account: "counted", critical: step % 5 === 0, calls: 1 + (step % 3) };
      const next = { ...request, msgId: `step ${step}`, now, budget: ask };
      expect(await ledger.begin(next), next.msgId).toEqual(await model.begin(next));
    }
  });

  test("the rate budget goes by the time of Redis: a sender whose clock is a minute ahead finds no more in it", async () => {
    const { redis, keys } = world;
    await redis.set(keys.marker("ledger"), "{}");
    const ledger = createRedisLedger(redis, keys);
    const scarce = { ...budget, account: "clocks", limits: { rate: 0.1, burst: 3, reserve: 0 } };
    const waits = [];
    for (const [at, aheadMs] of [0, 60_000, -60_000, 60_000, 0].entries()) {
      const result = await ledger.begin({ ...request, msgId: `c${at}`, now: Date.now() + aheadMs, budget: scarce });
      waits.push(result.kind === "claimed" && result.waitMs > 0);
    }
    expect(waits).toEqual([false, false, false, true, true]);
    const aMinuteAhead = Date.now() + 60_000;
    expect(await ledger.confirm({ msgId: "c3", owner: "a" }, scarce, aMinuteAhead)).toBeGreaterThan(0);
  });
});
