import { describe, expect, it } from "vitest";
import { chance } from "#simulator/core/chance.ts";

const keys = Array.from({ length: 2000 }, (_, index) => `message-${index}`);

describe("chance", () => {
  it("is the same for the same seed and key, and another for another seed", () => {
    expect(chance(7, "m-1")).toBe(chance(7, "m-1"));
    expect(chance(7, "m-1")).not.toBe(chance(8, "m-1"));
  });

  it("draws evenly over keys that differ little", () => {
    for (const share of [0.1, 0.5, 0.9]) {
      const drawn = keys.filter((key) => chance(1, key) < share).length / keys.length;
      expect(drawn).toBeGreaterThan(share - 0.05);
      expect(drawn).toBeLessThan(share + 0.05);
    }
  });
});
