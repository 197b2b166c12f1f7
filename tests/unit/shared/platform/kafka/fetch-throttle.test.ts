import { describe, expect, it } from "vitest";
import { createFetchThrottle } from "#shared/platform/kafka/fetch-throttle.ts";

describe("the pace of fetches", () => {
  it("holds up nothing where records come seldom", () => {
    const pace = createFetchThrottle(20);
    expect(pace.wait("1", 1_000)).toBe(0);
    expect(pace.wait("1", 1_050)).toBe(0);
  });

  it("keeps fetches apart from the beginning of the one before", () => {
    const pace = createFetchThrottle(20);
    expect([pace.wait("1", 1_000), pace.wait("1", 1_005), pace.wait("1", 1_022)]).toEqual([0, 15, 18]);
  });

  it("counts each broker for itself", () => {
    const pace = createFetchThrottle(20);
    pace.wait("1", 1_000);
    expect(pace.wait("2", 1_001)).toBe(0);
  });
});
