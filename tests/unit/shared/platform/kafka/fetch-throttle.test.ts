import { describe, expect, it } from "vitest";
import { FetchThrottle } from "#shared/platform/kafka/fetch-throttle.ts";

describe("the throttle of fetches", () => {
  it("holds up nothing where records come seldom", () => {
    const throttle = new FetchThrottle(20);
    expect(throttle.wait("1", 1_000)).toBe(0);
    expect(throttle.wait("1", 1_050)).toBe(0);
  });

  it("keeps fetches apart from the beginning of the one before", () => {
    const throttle = new FetchThrottle(20);
    expect([throttle.wait("1", 1_000), throttle.wait("1", 1_005), throttle.wait("1", 1_022)]).toEqual([0, 15, 18]);
  });

  it("counts each broker for itself", () => {
    const throttle = new FetchThrottle(20);
    throttle.wait("1", 1_000);
    expect(throttle.wait("2", 1_001)).toBe(0);
  });
});
