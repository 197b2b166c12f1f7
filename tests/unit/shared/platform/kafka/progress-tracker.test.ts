import { describe, expect, it } from "vitest";
import { ProgressTracker } from "#shared/platform/kafka/progress-tracker.ts";

const at = (offset: number, partition = 0) => ({ topic: "t", partition, offset });

describe("a member's progress", () => {
  it("moves for ever when it is empty", () => {
    expect(new ProgressTracker(1_000).isMoving(1e12)).toBe(true);
  });

  it("is wedged when it holds records and nothing moves for the session timeout", () => {
    const progress = new ProgressTracker(1_000);
    progress.take(at(5), 10_000);
    expect(progress.isMoving(10_999)).toBe(true);
    expect(progress.isMoving(11_000)).toBe(false);
    progress.move(11_500);
    expect(progress.isMoving(12_499)).toBe(true);
  });

  it("takes more records for no progress", () => {
    const progress = new ProgressTracker(1_000);
    progress.take(at(5), 10_000);
    progress.take(at(9), 10_900);
    expect(progress.isMoving(11_000)).toBe(false);
  });

  it("is empty when all that it took is committed, and no sooner", () => {
    const progress = new ProgressTracker(1_000);
    progress.take(at(5), 0);
    progress.take(at(3, 1), 0);
    progress.release([at(4), at(3, 1)], 0);
    expect(progress.isMoving(2_000)).toBe(false);
    progress.release([at(5)], 2_000);
    expect(progress.isMoving(9_000)).toBe(true);
  });

  it("is empty in a new generation", () => {
    const progress = new ProgressTracker(1_000);
    progress.take(at(5), 0);
    progress.empty();
    expect(progress.isMoving(9_000)).toBe(true);
  });
});
