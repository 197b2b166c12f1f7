import { describe, expect, it } from "vitest";
import { createHourlyCount } from "#simulator/ses/hourly-count.ts";

const hour = 3_600_000;

describe("the count of a day", () => {
  it("forgets what is a day old", () => {
    const count = createHourlyCount();
    for (const at of [0, 1, 10 * hour, 23 * hour]) count.add(at);
    expect(count.lastDay(23 * hour)).toBe(4);
    expect(count.lastDay(24 * hour)).toBe(2);
    expect(count.lastDay(60 * hour)).toBe(0);
  });
});
