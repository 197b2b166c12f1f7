import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BudgetLimits, budgetLimits, takeFrom } from "#shared/delivery/budget.ts";
import { createMemoryBudget } from "#tests/fakes/memory-budget.ts";
import { countRuns } from "#tests/support/run-count.ts";

const limits = { rate: 10, burst: 5, reserve: 2 };

describe("the limits that follow from an account's rate", () => {
  test.for<[number, number, number, BudgetLimits]>([
    [500, 1, 0.1, { rate: 500, burst: 500, reserve: 50 }],
    [10_000, 0.5, 0.1, { rate: 10_000, burst: 5_000, reserve: 500 }],
    [14, 1, 0.1, { rate: 14, burst: 14, reserve: 1 }],
    [0.5, 1, 0.2, { rate: 0.5, burst: 1, reserve: 0 }],
  ])("%d a second, %d s of it at once, %d of that kept", ([rate, burstSeconds, reserveShare, expected]) => {
    expect(budgetLimits(rate, { burstSeconds, reserveShare })).toEqual(expected);
  });
});

describe("the rate budget", () => {
  test("lets the burst less the reserve go, then asks to wait for the next token", async () => {
    let now = 0;
    const budget = createMemoryBudget(limits, () => now);
    const take = (at: number) => {
      now = at;
      return budget.take("ses", 1, { critical: false });
    };
    expect([await take(0), await take(0), await take(0), await take(0)]).toEqual([0, 0, 0, 100]);
    expect(await take(99)).toBe(1);
    expect(await take(100)).toBe(0);
  });

  test("keeps the reserve for what is critical", async () => {
    const budget = createMemoryBudget(limits, () => 0);
    for (let call = 0; call < 3; call++) await budget.take("ses", 1, { critical: false });
    const critical = () => budget.take("ses", 1, { critical: true });
    expect([await critical(), await critical(), await critical()]).toEqual([0, 0, 100]);
  });

  test("accounts do not share", async () => {
    const budget = createMemoryBudget({ rate: 1, burst: 1, reserve: 0 }, () => 0);
    expect(await budget.take("a", 1, { critical: false })).toBe(0);
    expect(await budget.take("b", 1, { critical: false })).toBe(0);
  });

  test("over any run of askers, no more go out than rate and burst allow", () => {
    const ask = fc.record({
      passed: fc.integer({ min: 0, max: 300 }),
      calls: fc.integer({ min: 1, max: 3 }),
      critical: fc.boolean(),
    });
    const refused = countRuns();
    fc.assert(
      fc.property(fc.array(ask, { maxLength: 60 }), (asks) => {
        let waits = 0;
        let bucket: Parameters<typeof takeFrom>[0];
        let now = 0;
        let out = 0;
        for (const { passed, calls, critical } of asks) {
          now += passed;
          const taken = takeFrom(bucket, limits, { calls, critical, now });
          ({ bucket } = taken);
          if (taken.waitMs === 0) out += calls;
          else waits++;
          expect(taken.waitMs).toBeGreaterThanOrEqual(0);
          expect(out).toBeLessThanOrEqual(limits.burst + (now * limits.rate) / 1_000 + 1e-6);
        }
        refused.add(waits > 0);
      }),
    );
    refused.expectShare(0.3);
  });

  test("waiting as long as it says is enough, if nobody else comes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.boolean(), (calls, critical) => {
        const empty = { tokens: 0, at: 0 };
        const { waitMs } = takeFrom(empty, limits, { calls, critical, now: 0 });
        expect(takeFrom(empty, limits, { calls, critical, now: waitMs }).waitMs).toBe(0);
      }),
    );
  });
});
