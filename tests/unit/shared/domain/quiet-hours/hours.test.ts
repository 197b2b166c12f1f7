import { describe, expect, test } from "vitest";
import { clockOf, hoursOf, minuteOf, zoneOf } from "#shared/domain/quiet-hours/hours.ts";
import { aPreference, aProfile } from "#tests/support/policy/records.ts";

const own = (over: object) =>
  aPreference({
    quiet_hours: { tz: "Asia/Tokyo", start_local: "22:00", end_local: "06:30", allow_categories: [], ...over },
  });

describe("quiet hours of a person [QH-01] [QH-02] [RTR-02]", () => {
  test.each([
    ["their own", own({}), "Asia/Tokyo 22:00-06:30"],
    ["none of their own: the default in their zone", null, "America/New_York 21:00-08:00"],
    ["a zone that nobody knows: the profile's", own({ tz: "Mars/Olympus" }), "America/New_York 22:00-06:30"],
    ["a time that is none: the default", own({ start_local: "25:00" }), "Asia/Tokyo 21:00-08:00"],
    ["seconds in a time", own({ start_local: "22:00:00" }), "Asia/Tokyo 22:00-06:30"],
  ])("given %s", (_, preference, then) => {
    const { tz, startMinute, endMinute } = hoursOf(preference, aProfile());
    expect(`${tz} ${clockOf(startMinute)}-${clockOf(endMinute)}`).toBe(then);
  });

  test("given nothing at all, they are reckoned in UTC", () => {
    expect(hoursOf(null, null)).toEqual({ tz: "UTC", startMinute: 1260, endMinute: 480, allowCategories: [] });
  });

  test("keeps the categories that may arrive all the same", () => {
    expect(hoursOf(own({ allow_categories: ["booking"] }), null).allowCategories).toEqual(["booking"]);
  });
});

test("zoneOf takes the first that the zone data knows", () => {
  expect(zoneOf(null, "", "nowhere", "Europe/Paris", "Asia/Tokyo")).toBe("Europe/Paris");
  expect(zoneOf(undefined)).toBe("UTC");
});

test.each([
  ["00:00", 0],
  ["23:59", 1439],
  ["24:00", undefined],
  ["8:00", undefined],
  ["08:60", undefined],
  [undefined, undefined],
])("minuteOf %s is %s", (local, minute) => expect(minuteOf(local)).toBe(minute));
