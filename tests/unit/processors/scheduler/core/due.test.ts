import { describe, expect, it } from "vitest";
import { lookEveryMs, overdueSeconds, waitMs } from "#processors/scheduler/core/due.ts";

const now = 1_000_000;

describe("scheduler's pace [KV-04]", () => {
  it.each([
    ["a full batch: look again at once", 500, now + 60_000, 0],
    ["nothing waits: the usual", 0, undefined, lookEveryMs],
    ["the next is due soon: then", 3, now + 100, 100],
    ["the next is far off: the usual", 3, now + 60_000, lookEveryMs],
    ["the lease was full of bytes: a moment", 3, now - 5_000, 5],
    ["somebody else has it, or nobody may: the usual", 0, now - 5_000, lookEveryMs],
  ])("%s", (_, leased, nextDue, wait) => {
    expect(waitMs(leased, 500, nextDue, now)).toBe(wait);
  });

  it("says how long the oldest has been due", () => {
    expect(overdueSeconds(now - 2_500, now)).toBe(2.5);
    expect(overdueSeconds(now + 2_500, now)).toBe(0);
    expect(overdueSeconds(undefined, now)).toBe(0);
  });
});
