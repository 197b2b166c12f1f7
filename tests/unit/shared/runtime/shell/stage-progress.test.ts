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
    progress.finish(clock.now());
    expect([progress.stalledMs(3), moves]).toEqual([0, 2]);
  });

  it("is behind by the age of the record that left last, and only with records in hand", async () => {
    const clock = createManualClock();
    const progress = new StageProgress(clock, () => {});
    progress.finish(clock.now() - 5_000);
    expect([progress.behindMs(0), progress.behindMs(1)]).toEqual([0, 5_000]);
    progress.finish(clock.now() + 10);
    expect(progress.behindMs(1)).toBe(0);
  });
});
