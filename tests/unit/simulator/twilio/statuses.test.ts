import { describe, expect, it } from "vitest";
import { statusesOf } from "#simulator/twilio/statuses.ts";

const inTime = (key: string, failed: boolean, outOfOrderShare: number): readonly string[] =>
  [...statusesOf(key, failed, { seed: 1, outOfOrderShare })]
    .sort((a, b) => a.wait - b.wait)
    .map(({ status }) => status);

describe("statusesOf", () => {
  it("goes from queued over sent to its end", () => {
    expect(inTime("m-1", false, 0)).toEqual(["queued", "sent", "delivered"]);
    expect(inTime("m-1", true, 0)).toEqual(["queued", "sent", "undelivered"]);
  });

  it("lets the end overtake for the share that is drawn", () => {
    expect(inTime("m-1", false, 1)).toEqual(["queued", "delivered", "sent"]);
    const keys = Array.from({ length: 500 }, (_, index) => `m-${index}`);
    const swapped = keys.filter((key) => inTime(key, false, 0.2)[1] === "delivered").length;
    expect(swapped).toBeGreaterThan(60);
    expect(swapped).toBeLessThan(140);
  });
});
