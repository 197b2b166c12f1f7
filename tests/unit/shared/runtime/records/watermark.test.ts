import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Watermark } from "#shared/runtime/records/watermark.ts";

function begun(...offsets: number[]): Watermark {
  const mark = new Watermark();
  for (const offset of offsets) mark.begin(offset);
  return mark;
}

describe("watermark", () => {
  it("knows no position before anything is done", () => {
    expect(begun(5, 6).position).toBeUndefined();
  });

  it("waits for the lowest", () => {
    const mark = begun(5, 6, 7);
    mark.done(6);
    mark.done(7);
    expect(mark.position).toBeUndefined();
    mark.done(5);
    expect(mark.position).toBe(8);
  });

  it("steps over the holes that compaction leaves", () => {
    const mark = begun(5, 9);
    mark.done(5);
    mark.done(9);
    expect(mark.position).toBe(10);
  });

  it("never passes what is not done, in any order in which the rest ends", () => {
    const orders = fc
      .uniqueArray(fc.nat(5_000), { minLength: 1, maxLength: 3_000 })
      .chain((offsets) => fc.tuple(fc.constant(offsets.toSorted((a, b) => a - b)), fc.shuffledSubarray(offsets)));
    fc.assert(
      fc.property(orders, ([offsets, done]) => {
        const mark = begun(...offsets);
        for (const offset of done) mark.done(offset);
        const open = offsets.find((offset) => !done.includes(offset));
        const last = open === undefined ? offsets.at(-1) : offsets[offsets.indexOf(open) - 1];
        expect(mark.position).toBe(last === undefined ? undefined : last + 1);
      }),
      { numRuns: 30 },
    );
  });
});
