import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonExcess } from "#shared/domain/json/excess.ts";

const bounds = { valuesMax: 5, depthMax: 3 };

describe("the bounds of a JSON text", () => {
  it.each([
    ["", undefined],
    ["{}", undefined],
    ['{"a":[1,2,3]}', undefined],
    ['{"a":[1,2,3,4,5]}', "values"],
    ["[[[]]]", undefined],
    ["[[[[]]]]", "depth"],
    ["[[],[],[]]", "values"],
    ['["[[[[[[","{{{{{",",,,,,,,"]', undefined],
    [String.raw`["\"[[[[[[\\", 1]`, undefined],
    [String.raw`["\\",[[[[`, "depth"],
    ['"never closed [[[[[[[', undefined],
    ["]]]]]][[[[[[", "values"],
  ])("%s is beyond %s", (json, excess) => {
    expect(jsonExcess(json, bounds)).toBe(excess);
  });

  it("counts as many values as a JSON text has", () => {
    let beyond = 0;
    fc.assert(
      fc.property(fc.json(), fc.integer({ min: 0, max: 40 }), (json, valuesMax) => {
        const count = valuesOf(JSON.parse(json));
        const excess = jsonExcess(json, { valuesMax, depthMax: 1_000 });
        // A list or an object that is empty counts as one, as does one that holds one value beside itself.
        if (count.most <= valuesMax) expect(excess).toBeUndefined();
        if (count.least > valuesMax) {
          expect(excess).toBe("values");
          beyond++;
        }
      }),
    );
    expect(beyond).toBeGreaterThan(5);
  });
});

/** Openings and commas: a container of n values has one opening and n - 1 commas. */
function valuesOf(value: unknown): { readonly least: number; readonly most: number } {
  if (typeof value !== "object" || value === null) return { least: 0, most: 0 };
  const inner = Object.values(value).map(valuesOf);
  const own = Math.max(1, inner.length);
  return {
    least: inner.reduce((sum, { least }) => sum + least, own),
    most: inner.reduce((sum, { most }) => sum + most, own),
  };
}
