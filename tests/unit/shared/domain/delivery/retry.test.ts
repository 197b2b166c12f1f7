import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultPolicy } from "#shared/domain/delivery/policy.ts";
import { retryDue } from "#shared/domain/delivery/retry.ts";

const { baseMs, maxMs } = defaultPolicy;
const attempts = fc.integer({ min: 1, max: 12 });

describe("the next attempt", () => {
  test("property: it is due within the bounds of the backoff, and the same failure gives the same time", () => {
    fc.assert(
      fc.property(fc.uuid(), attempts, (msgId, attempt) => {
        const call = { msgId, attempt, now: 0, baseMs: 0, retryAfterMs: 0 };
        const due = retryDue(call, defaultPolicy);
        expect(due).toBeGreaterThanOrEqual(250);
        expect(due).toBeLessThanOrEqual(250 + Math.min(maxMs, baseMs * 2 ** (attempt - 1)) * 2);
        expect(retryDue(call, defaultPolicy)).toBe(due);
      }),
    );
  });

  test("property: it is never before the provider's own time, nor a quarter after it", () => {
    fc.assert(
      fc.property(fc.uuid(), attempts, fc.integer({ min: 1, max: 3_600_000 }), (msgId, attempt, retryAfterMs) => {
        const due = retryDue({ msgId, attempt, now: 5, baseMs: 0, retryAfterMs }, defaultPolicy);
        expect(due).toBeGreaterThanOrEqual(5 + retryAfterMs);
        expect(due).toBeLessThanOrEqual(6 + retryAfterMs * 1.25);
      }),
    );
  });

  test("the provider's least wait doubles at each attempt, up to the bound", () => {
    const floorOf = (attempt: number) =>
      retryDue({ msgId: "m", attempt, now: 0, baseMs: 60_000, retryAfterMs: 0 }, { ...defaultPolicy, baseMs: 0 });
    expect([1, 2, 3, 9].map(floorOf)).toEqual([60_000, 120_000, 240_000, maxMs]);
  });
});
