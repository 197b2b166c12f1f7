import type { Instant } from "../time/instant.ts";
import { dayOf, instantOf, type LocalTime, localTimeAt, minuteOfDay } from "../time/zone.ts";
import type { Hours } from "./hours.ts";

/** One quiet window, in instants: the start belongs to it, the end does not. */
export interface Window {
  readonly start: Instant;
  readonly end: Instant;
}

/**
 * The quiet windows around an instant, in order and without contact: from before it to at least a day after it. The zone's
 * rules place the start and the end of each window on its day. A local time in a spring gap moves later by the gap; a
 * local time that an autumn fold repeats counts the first time, so a window starts and ends once. Empty if the hours are
 * empty.
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

/** In one hour most people share a few zones and the default hours. */
const cachedWindows = new Map<string, readonly Window[]>();
const cachedWindowsMax = 5_000;

function computeWindows(hours: Hours, now: Instant): readonly Window[] {
  const today = dayOf(localTimeAt(hours.tz, now));
  // Two days back: a zone that skips a whole day (Apia, 2011-12-30) stretches a window over it.
  const windows = [-2, -1, 0, 1, 2].map((days) => windowOf(hours, minuteOfDay(today, 0, { days })));
  return mergeWindows(windows.filter((window) => window.start < window.end));
}

function windowOf({ tz, startMinute, endMinute }: Hours, day: LocalTime): Window {
  const days = endMinute < startMinute ? 1 : 0;
  return {
    start: instantOf(tz, minuteOfDay(day, startMinute)),
    end: instantOf(tz, minuteOfDay(day, endMinute, { days })),
  };
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
