import { Temporal } from "temporal-polyfill";
import type { Instant } from "../time/instant.ts";
import type { Hours } from "./hours.ts";

/** One stretch of quiet, in instants: the start belongs to it, the end does not. */
export interface Window {
  readonly start: Instant;
  readonly end: Instant;
}

/**
 * The stretches of quiet around an instant, in order, none touching another: from before it to at least a day after.
 * Each begins and ends where the zone's rules put the local time on its day. A local time that a spring gap skips is
 * taken as much later; one that an autumn fold repeats is taken the first time, so a window starts and ends once
 * (Temporal's `compatible`, RFC 5545). Empty when the hours are.
 */
export function windowsAround(hours: Hours, now: Instant): readonly Window[] {
  if (hours.startMinute === hours.endMinute) return [];
  const hour = Math.floor(now / hour_ms);
  const name = `${hour} ${hours.startMinute} ${hours.endMinute} ${hours.tz}`;
  const known = windowsOf.get(name) ?? reckon(hours, hour * hour_ms);
  if (windowsOf.size >= windows_kept_max) windowsOf.clear();
  windowsOf.set(name, known);
  return known;
}

const hour_ms = 3_600_000;

/** Reckoning costs 100 µs, and in one hour most people share a few zones and the default hours: it is done once for all. */
const windowsOf = new Map<string, readonly Window[]>();
const windows_kept_max = 5_000;

function reckon(hours: Hours, now: Instant): readonly Window[] {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(hours.tz).toPlainDate();
  // Two days back: a zone that skips a whole day (Apia, 2011-12-30) stretches a window over it.
  const windows = [-2, -1, 0, 1, 2].map((days) => windowOf(hours, today.add({ days })));
  return joined(windows.filter((window) => window.start < window.end));
}

function windowOf(hours: Hours, day: Temporal.PlainDate): Window {
  const lastDay = hours.endMinute < hours.startMinute ? day.add({ days: 1 }) : day;
  return { start: instantOf(day, hours.startMinute, hours.tz), end: instantOf(lastDay, hours.endMinute, hours.tz) };
}

function instantOf(day: Temporal.PlainDate, minute: number, timeZone: string): Instant {
  const plainTime = new Temporal.PlainTime(Math.floor(minute / 60), minute % 60);
  return day.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds;
}

/** Windows that touch or overlap, as they may when a gap swallows the time between two, are one. */
function joined(windows: readonly Window[]): readonly Window[] {
  const out: Window[] = [];
  for (const window of windows) {
    const last = out.at(-1);
    if (last && window.start <= last.end) out[out.length - 1] = { ...last, end: Math.max(last.end, window.end) };
    else out.push(window);
  }
  return out;
}
