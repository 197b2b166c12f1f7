import { describe, expect, it } from "vitest";
import { createPace } from "#shared/kafka/pace.ts";

const limits = { least: 20, most: 100 };

describe("the pace of fetches", () => {
  it("holds up nothing where records come seldom", () => {
    const pace = createPace(limits);
    expect(pace.wait("1", 1_000)).toBe(0);
    expect(pace.wait("1", 1_050)).toBe(0);
  });

  it("keeps fetches apart from the beginning of the one before", () => {
    const pace = createPace(limits);
    expect([pace.wait("1", 1_000), pace.wait("1", 1_005), pace.wait("1", 1_022)]).toEqual([0, 15, 18]);
  });

  it("counts each broker for itself", () => {
    const pace = createPace(limits);
    pace.wait("1", 1_000);
    expect(pace.wait("2", 1_001)).toBe(0);
  });

  it.each([
    ["few that were written just now", 3, 10, 20],
    ["few that are behind", 3, 120, 60],
    ["few that are far behind", 3, 5_000, 100],
    ["many that are far behind", 128, 5_000, 20],
    ["few of a clock that is ahead", 3, -5_000, 20],
  ])("after %s (%i, %i ms old) the next is %i ms after the last", (_, records, age, apart) => {
    const pace = createPace(limits);
    pace.wait("1", 1_000);
    pace.came(records, 1_000 - age, 1_000);
    expect(pace.wait("1", 1_000)).toBe(apart);
  });

  it("goes by the oldest record and the sum of all partitions, and forgets them with the next fetch", () => {
    const pace = createPace(limits);
    pace.wait("1", 1_000);
    pace.came(1, 900, 1_000);
    pace.came(1, 990, 1_000);
    expect(pace.wait("1", 1_000)).toBe(50);
    expect(pace.wait("1", 1_050)).toBe(20);
    pace.came(64, 900, 1_070);
    pace.came(64, 900, 1_070);
    expect(pace.wait("1", 1_070)).toBe(20);
  });

  it("holds nothing up with limits of 0", () => {
    const pace = createPace({ least: 0, most: 0 });
    pace.wait("1", 1_000);
    pace.came(1, 0, 1_000);
    expect(pace.wait("1", 1_000)).toBe(0);
  });
});
