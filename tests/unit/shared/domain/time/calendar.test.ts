import { expect, test } from "vitest";
import { isInCalendar } from "#shared/domain/time/calendar.ts";

test.each([
  ["now", Date.UTC(2026, 10, 22), true],
  ["the year 1", Date.parse("0001-01-01T00:00:00Z"), true],
  ["a moment before it", Date.parse("0001-01-01T00:00:00Z") - 1, false],
  ["the last day but one of 9999", Date.parse("9999-12-30T00:00:00Z"), true],
  ["a moment after it", Date.parse("9999-12-30T00:00:00Z") + 1, false],
  ["the greatest integer", Number.MAX_SAFE_INTEGER, false],
])("%s is in the calendar: %s", (...[, instant, expected]) => {
  expect(isInCalendar(instant)).toBe(expected);
});
