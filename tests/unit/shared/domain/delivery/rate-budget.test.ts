import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Bucket, type BudgetLimits, budgetLimits, takeFrom } from "#shared/domain/delivery/rate-budget.ts";
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
  /** The waits of those who ask one after the other, each at its time and for one call. */
  function waitsOf(times: readonly number[], critical: boolean, full?: Bucket): readonly number[] {
    let bucket = full;
    return times.map((now) => {
      const taken = takeFrom(bucket, limits, { calls: 1, critical, now });
      bucket = taken.bucket;
      return taken.waitMs;
    });
  }

  test("lets the burst less the reserve go, then asks to wait for the next token", () => {
    expect(waitsOf([0, 0, 0, 0, 99, 100], false)).toEqual([0, 0, 0, 100, 1, 0]);
  });

  test("keeps the reserve for what is critical", () => {
    expect(waitsOf([0, 0, 0], true, { tokens: 2, at: 0 })).toEqual([0, 0, 100]);
    expect(waitsOf([0], false, { tokens: 2, at: 0 })).toEqual([100]);
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
