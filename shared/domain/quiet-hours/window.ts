import { Temporal } from "temporal-polyfill";
import type { Instant } from "../time/instant.ts";
import type { Hours } from "./hours.ts";

/** One quiet window, in instants: the start belongs to it, the end does not. */
export interface Window {
  readonly start: Instant;
  readonly end: Instant;
}

/**
 * The quiet windows around an instant, in order and without contact: from before it to at least a day after it. The zone's
 * rules place the start and the end of each window on its day. A local time in a spring gap moves later by the gap; a
 * local time that an autumn fold repeats counts the first time, so a window starts and ends once (Temporal's `compatible`,
 * RFC 5545). Empty if the hours are empty.
 */
export function windowsAround(hours: Hours, now: Instant): readonly Window[] {
  if (hours.startMinute === hours.endMinute) return [];
  const hour = Math.floor(now / hourMs);
  const name = `${hour} ${hours.startMinute} ${hours.endMinute} ${hours.tz}`;
  const windows = cachedWindows.get(name) ?? computeWindows(hours, hour * hourMs);
  if (cachedWindows.size >= cachedWindowsMax) cachedWindows.clear();
  cachedWindows.set(name, windows);
  return windows;
}

const hourMs = 3_600_000;

/** Computing windows costs 100 µs, and in one hour most people share a few zones and the default hours. */
const cachedWindows = new Map<string, readonly Window[]>();
const cachedWindowsMax = 5_000;

function computeWindows(hours: Hours, now: Instant): readonly Window[] {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(hours.tz).toPlainDate();
  // Two days back: a zone that skips a whole day (Apia, 2011-12-30) stretches a window over it.
  const windows = [-2, -1, 0, 1, 2].map((days) => windowOf(hours, today.add({ days })));
  return mergeWindows(windows.filter((window) => window.start < window.end));
}

function windowOf(hours: Hours, day: Temporal.PlainDate): Window {
  const lastDay = hours.endMinute < hours.startMinute ? day.add({ days: 1 }) : day;
  return { start: instantOf(day, hours.startMinute, hours.tz), end: instantOf(lastDay, hours.endMinute, hours.tz) };
}

function instantOf(day: Temporal.PlainDate, minute: number, timeZone: string): Instant {
  const plainTime = new Temporal.PlainTime(Math.floor(minute / 60), minute % 60);
  return day.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds;
}

/** Merges windows that touch or overlap, which happens when a gap removes the time between two. */
function mergeWindows(windows: readonly Window[]): readonly Window[] {
  const out: Window[] = [];
  for (const window of windows) {
    const last = out.at(-1);
    if (last && window.start <= last.end) out[out.length - 1] = { ...last, end: Math.max(last.end, window.end) };
    else out.push(window);
  }
  return out;
}
