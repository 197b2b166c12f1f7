import { describe, expect, it } from "vitest";
import { createHand } from "#shared/platform/kafka/hand.ts";

const at = (offset: number, partition = 0) => ({ topic: "t", partition, offset });

describe("a member's hand", () => {
  it("moves for ever when it is empty", () => {
    expect(createHand(1_000).moves(1e12)).toBe(true);
  });

  it("is wedged when it holds records and nothing moves for the session timeout", () => {
    const hand = createHand(1_000);
    hand.take(at(5), 10_000);
    expect(hand.moves(10_999)).toBe(true);
    expect(hand.moves(11_000)).toBe(false);
    hand.move(11_500);
    expect(hand.moves(12_499)).toBe(true);
  });

  it("takes more records for no progress", () => {
    const hand = createHand(1_000);
    hand.take(at(5), 10_000);
    hand.take(at(9), 10_900);
    expect(hand.moves(11_000)).toBe(false);
  });

  it("is empty when all that it took is committed, and no sooner", () => {
    const hand = createHand(1_000);
    hand.take(at(5), 0);
    hand.take(at(3, 1), 0);
    hand.release([at(4), at(3, 1)], 0);
    expect(hand.moves(2_000)).toBe(false);
    hand.release([at(5)], 2_000);
    expect(hand.moves(9_000)).toBe(true);
  });

  it("is empty in a new generation", () => {
    const hand = createHand(1_000);
    hand.take(at(5), 0);
    hand.empty();
    expect(hand.moves(9_000)).toBe(true);
  });
});
