import { describe, expect, test } from "vitest";
import type { Hours } from "#shared/domain/quiet-hours/hours.ts";
import { windowsAround } from "#shared/domain/quiet-hours/window.ts";

const hours = (tz: string, startMinute: number, endMinute: number): Hours => ({
  tz,
  startMinute,
  endMinute,
  allowCategories: [],
});
const at = (text: string): number => Date.parse(text);

describe("the quiet windows around an instant", () => {
  test("overnight hours reach into the next day, in order and without contact", () => {
    const windows = windowsAround(hours("UTC", 21 * 60, 8 * 60), at("2026-11-22T12:00:00Z"));
    expect(windows).toContainEqual({ start: at("2026-11-22T21:00:00Z"), end: at("2026-11-23T08:00:00Z") });
    for (const [index, window] of windows.entries()) {
      expect(window.start).toBeLessThan(window.end);
      expect(window.start).toBeGreaterThan(windows[index - 1]?.end ?? Number.NEGATIVE_INFINITY);
    }
  });

  test("hours within a day end on it", () => {
    const windows = windowsAround(hours("UTC", 13 * 60, 15 * 60), at("2026-11-22T12:00:00Z"));
    expect(windows).toContainEqual({ start: at("2026-11-22T13:00:00Z"), end: at("2026-11-22T15:00:00Z") });
  });

  test("empty hours have none", () => {
    expect(windowsAround(hours("UTC", 480, 480), at("2026-11-22T12:00:00Z"))).toEqual([]);
  });

  test.each([
    { name: "a spring gap makes a night shorter", day: "2027-03-13", end: "2027-03-14T12:00:00Z", lasts: 10 },
    { name: "an autumn fold makes it longer", day: "2026-10-31", end: "2026-11-01T13:00:00Z", lasts: 12 },
    { name: "any other night is eleven hours", day: "2026-11-22", end: "2026-11-23T13:00:00Z", lasts: 11 },
  ])("$name, in New York", ({ day, end, lasts }) => {
    const windows = windowsAround(hours("America/New_York", 21 * 60, 8 * 60), at(`${day}T18:00:00Z`));
    const night = windows.find((window) => window.end === at(end));
    expect(night && (night.end - night.start) / 3_600_000).toBe(lasts);
  });

  test("a window that a spring gap turns round is none", () => {
    // 02:30 does not exist on that day and moves to 03:30, behind the end.
    const windows = windowsAround(hours("America/New_York", 150, 195), at("2027-03-14T05:00:00Z"));
    expect(windows.length).toBeGreaterThan(2);
    for (const { start, end } of windows) expect(start).toBeLessThan(end);
  });

  test("the same hour of the same hours is computed once", () => {
    const of = hours("Asia/Tokyo", 22 * 60, 7 * 60);
    expect(windowsAround(of, at("2026-11-22T12:10:00Z"))).toBe(windowsAround(of, at("2026-11-22T12:50:00Z")));
    expect(windowsAround(of, at("2026-11-22T12:10:00Z"))).not.toBe(windowsAround(of, at("2026-11-22T13:10:00Z")));
  });
});
