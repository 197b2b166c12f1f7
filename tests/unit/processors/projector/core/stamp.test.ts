import fc from "fast-check";
import { expect, it } from "vitest";
import { noStamp, stampOf } from "#processors/projector/core/stamp.ts";

const parts = fc.record({ weight: fc.nat(9_999), at: fc.nat(1e14), id: fc.uuid() });
const same = fc.record({ weight: fc.boolean(), time: fc.boolean() });

it("orders by weight, then by time, then by id, and above no stamp", () => {
  let ties = 0;
  fc.assert(
    fc.property(parts, parts, same, (a, other, { weight: sameWeight, time: sameTime }) => {
      const b = { ...other, weight: sameWeight ? a.weight : other.weight, at: sameTime ? a.at : other.at };
      if (a.weight === b.weight && a.at === b.at) ties += 1;
      const order = a.weight - b.weight || a.at - b.at || (a.id < b.id ? -1 : 1);
      const [left, right] = [stampOf(a.weight, a.at, a.id), stampOf(b.weight, b.at, b.id)];
      expect(left < right).toBe(order < 0 && a.id !== b.id);
      expect(left > noStamp).toBe(true);
    }),
    { numRuns: 500 },
  );
  expect(ties).toBeGreaterThan(20);
});
