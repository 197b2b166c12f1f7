import { describe, expect, it } from "vitest";
import { createRecent } from "#simulator/core/recent.ts";

describe("createRecent", () => {
  it("forgets the oldest when there are too many", () => {
    const recent = createRecent<number>(2);
    for (const value of [1, 2, 3]) recent.add(`k${value}`, value);
    expect([...recent.values()]).toEqual([2, 3]);
    expect(recent.find("k1")).toBeUndefined();
    expect(recent.find("k3")).toBe(3);
  });
});
