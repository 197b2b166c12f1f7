import { describe, expect, it } from "vitest";
import { StageProgress } from "#shared/runtime/shell/stage-progress.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";

describe("the progress of a stage", () => {
  it("counts as stalled from its last move on, and only with records in hand", async () => {
    const clock = createManualClock();
    let moves = 0;
    const progress = new StageProgress(clock, () => moves++);
    progress.move();
    await clock.advance(700);
    expect([progress.stalledMs(0), progress.stalledMs(3)]).toEqual([0, 700]);
    progress.move();
    expect([progress.stalledMs(3), moves]).toEqual([0, 2]);
  });

  it("counts as stalled with nothing in hand where the log holds what it is not given, from the first look on", async () => {
    const clock = createManualClock();
    const progress = new StageProgress(clock, () => {});
    progress.move();
    await clock.advance(100_000);
    progress.observe(true);
    expect(progress.stalledMs(0)).toBe(0);
    await clock.advance(61_000);
    progress.observe(true);
    expect(progress.stalledMs(0)).toBe(61_000);
    progress.observe(false);
    expect(progress.stalledMs(0)).toBe(0);
  });
});
