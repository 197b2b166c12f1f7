import { describe, expect, it } from "vitest";
import { zoneWhereItIs } from "#cli/demo/people.ts";

describe("the zone where it is a given hour", () => {
  it.each([2, 12])("finds %i o'clock at every hour of the day", (hour) => {
    for (let utc = 0; utc < 24; utc++) {
      const now = Date.UTC(2026, 5, 1, utc, 30);
      const zone = zoneWhereItIs(hour, now);
      const local = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", hourCycle: "h23" }).format(now);
      expect(Number(local)).toBe(hour);
    }
  });
});
