import { describe, expect, it } from "vitest";
import { DeadLetterFuse } from "#shared/runtime/shell/fuse.ts";

const limits = { inRow: 5, share: 0.5, window: 20 };

function fuseAfter(pattern: (i: number) => boolean, records: number): DeadLetterFuse {
  const fuse = new DeadLetterFuse(limits);
  for (let i = 0; i < records; i++) fuse.count(pattern(i));
  return fuse;
}

describe("dead-letter fuse", () => {
  it("holds when dead letters come alone", () => {
    expect(fuseAfter((i) => i % 3 === 0, 1_000).blownReason).toBeUndefined();
  });

  it("blows on so many in a row", () => {
    expect(fuseAfter(() => true, 4).blownReason).toBeUndefined();
    expect(fuseAfter(() => true, 5).blownReason).toMatch(/5 records in a row/);
  });

  it("blows on such a share of the last window", () => {
    expect(fuseAfter((i) => i % 2 === 0, 20).blownReason).toMatch(/10 of the last 20/);
  });

  it("stays blown", () => {
    const fuse = fuseAfter(() => true, 5);
    for (let i = 0; i < 100; i++) fuse.count(false);
    expect(fuse.blownReason).toBeDefined();
  });
});
