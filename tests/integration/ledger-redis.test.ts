import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BudgetLimits } from "#shared/delivery/budget.ts";
import { waitForBudget } from "#shared/delivery/budget-wait.ts";
import { createRedisBudget } from "#shared/delivery/redis-budget.ts";
import { systemClock } from "#shared/platform/clock/clock.ts";
import { codeOf } from "#shared/platform/errors/app-error.ts";
import { hotWindowMs, leaseMs } from "#shared/state/ledger/ledger.ts";
import { createRedisLedger } from "#shared/state/ledger/redis-ledger.ts";
import { ledgerConformance } from "#tests/contract/ledger-conformance.ts";
import { createMemoryBudget } from "#tests/fakes/memory-budget.ts";
import { connectRedis, type TestRedis } from "#tests/support/redis.ts";

ledgerConformance("Redis", async () => {
  const { redis, keys, wipe, close } = connectRedis();
  const restored = async () => void (await redis.set(keys.marker("ledger"), "{}"));
  return { ledger: createRedisLedger(redis, keys, { clock: "caller" }), wipe, restored, close };
});

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
    await ledger.claim({ msgId: "m1", owner: "a", attempt: 1, leaseMs, now, resend: false });
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
    const limits: BudgetLimits = { rate: 7, burst: 5, reserve: 2 };
    let now = Date.now();
    const clock = () => now;
    const budget = createRedisBudget({ redis: world.redis, keys: world.keys, clock }, limits);
    const model = createMemoryBudget(limits, clock);
    for (let step = 0; step < 200; step++) {
      now += (step * 37) % 211;
      const ask = { critical: step % 5 === 0 };
      const calls = 1 + (step % 3);
      expect(await budget.take("ses", calls, ask), `step ${step}`).toBe(await model.take("ses", calls, ask));
    }
  });

  test("the rate budget goes by the time of Redis: a sender whose clock is a minute ahead finds no more in it", async () => {
    const { redis, keys } = world;
    const limits: BudgetLimits = { rate: 0.1, burst: 3, reserve: 0 };
    const account = { id: "clocks", budget: createRedisBudget({ redis, keys }, limits) };
    const policy = { budgetWaitMaxMs: 0 };
    const ask = (aheadMs: number) => {
      const clock = { ...systemClock, now: () => Date.now() + aheadMs };
      const wait = { account, clock, policy };
      return waitForBudget(wait, { calls: 1, critical: false }, new AbortController().signal).then(
        () => "taken",
        codeOf,
      );
    };
    const answers = [];
    for (const aheadMs of [0, 60_000, -60_000, 60_000, 0]) answers.push(await ask(aheadMs));
    expect(answers).toEqual(["taken", "taken", "taken", "RATE_BUDGET_SPENT", "RATE_BUDGET_SPENT"]);
  });
});
