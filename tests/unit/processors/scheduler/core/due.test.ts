import { describe, expect, it } from "vitest";
import { lookEveryMs, overdueSeconds, waitMs } from "#processors/scheduler/core/due.ts";

const now = 1_000_000;

describe("scheduler's pace [KV-04]", () => {
  it.each([
    { name: "a full batch: look again at once", leased: 500, nextDue: now + 60_000, wait: 0 },
    { name: "nothing waits: the usual", leased: 0, nextDue: undefined, wait: lookEveryMs },
    { name: "the next is due soon: then", leased: 3, nextDue: now + 100, wait: 100 },
    { name: "the next is far off: the usual", leased: 3, nextDue: now + 60_000, wait: lookEveryMs },
    { name: "the lease was full of bytes: a moment", leased: 3, nextDue: now - 5_000, wait: 5 },
    { name: "somebody else has it, or nobody may: the usual", leased: 0, nextDue: now - 5_000, wait: lookEveryMs },
  ])("$name", ({ leased, nextDue, wait }) => {
    expect(waitMs({ leased, batch: 500 }, nextDue, now)).toBe(wait);
  });

  it("says how long the oldest has been due", () => {
    expect(overdueSeconds(now - 2_500, now)).toBe(2.5);
    expect(overdueSeconds(now + 2_500, now)).toBe(0);
    expect(overdueSeconds(undefined, now)).toBe(0);
  });
});
