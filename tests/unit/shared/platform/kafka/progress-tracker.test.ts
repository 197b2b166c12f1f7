import { describe, expect, it } from "vitest";
import { createProgressTracker } from "#shared/platform/kafka/progress-tracker.ts";

const at = (offset: number, partition = 0) => ({ topic: "t", partition, offset });

describe("a member's hand", () => {
  it("moves for ever when it is empty", () => {
    expect(createProgressTracker(1_000).isMoving(1e12)).toBe(true);
  });

  it("is wedged when it holds records and nothing moves for the session timeout", () => {
    const hand = createProgressTracker(1_000);
    hand.take(at(5), 10_000);
    expect(hand.isMoving(10_999)).toBe(true);
    expect(hand.isMoving(11_000)).toBe(false);
    hand.move(11_500);
    expect(hand.isMoving(12_499)).toBe(true);
  });

  it("takes more records for no progress", () => {
    const hand = createProgressTracker(1_000);
    hand.take(at(5), 10_000);
    hand.take(at(9), 10_900);
    expect(hand.isMoving(11_000)).toBe(false);
  });

  it("is empty when all that it took is committed, and no sooner", () => {
    const hand = createProgressTracker(1_000);
    hand.take(at(5), 0);
    hand.take(at(3, 1), 0);
    hand.release([at(4), at(3, 1)], 0);
    expect(hand.isMoving(2_000)).toBe(false);
    hand.release([at(5)], 2_000);
    expect(hand.isMoving(9_000)).toBe(true);
  });

  it("is empty in a new generation", () => {
    const hand = createProgressTracker(1_000);
    hand.take(at(5), 0);
    hand.empty();
    expect(hand.isMoving(9_000)).toBe(true);
  });
});
