import fc from "fast-check";
import { expect, test } from "vitest";
import { fullJitter } from "#shared/domain/retry/backoff.ts";

const backoff = { baseMs: 100, maxMs: 4_000 };

test("property: a wait is at least 0 and below the doubled bound", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (attempt, random) => {
        const wait = fullJitter(attempt, random, backoff);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThan(Math.min(4_000, 100 * 2 ** attempt));
      },
    ),
  );
});

test.each([
  [1, 100],
  [2, 200],
  [5, 1_600],
  [6, 2_000],
  [5_000, 2_000],
])("attempt %i with a draw of a half waits %i ms", (attempt, ms) => {
  expect(fullJitter(attempt, 0.5, backoff)).toBe(ms);
});
