import fc from "fast-check";
import { expect, test } from "vitest";
import { isLonger } from "#shared/domain/event/size.ts";

test("property: a text is longer exactly if its UTF-8 has more bytes", () => {
  let longer = 0;
  const cases = fc.tuple(fc.string({ unit: "binary" }), fc.nat(30));
  fc.assert(
    fc.property(cases, ([text, bytesMax]) => {
      const expected = Buffer.byteLength(text) > bytesMax;
      if (expected && text.length <= bytesMax) longer++;
      expect(isLonger(text, bytesMax)).toBe(expected);
    }),
    { numRuns: 1_000 },
  );
  expect(longer).toBeGreaterThan(20);
});
