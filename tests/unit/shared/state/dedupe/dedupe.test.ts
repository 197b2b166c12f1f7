import fc from "fast-check";
import { expect, it } from "vitest";
import { windowKey } from "#shared/state/dedupe/dedupe.ts";

it("gives two pairs of person and key the same text only if they are equal", () => {
  let distinct = 0;
  const text = fc.string({ unit: fc.constantFrom("a", "1", ":"), maxLength: 4 });
  const pair = fc.record({ userId: text, key: text });
  fc.assert(
    fc.property(pair, pair, (a, b) => {
      const isEqual = a.userId === b.userId && a.key === b.key;
      if (!isEqual && a.userId + a.key === b.userId + b.key) distinct += 1;
      expect(windowKey(a) === windowKey(b)).toBe(isEqual);
    }),
    { numRuns: 5_000 },
  );
  expect(distinct).toBeGreaterThan(5);
});
