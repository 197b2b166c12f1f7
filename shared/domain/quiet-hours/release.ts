import type { Instant } from "../time/instant.ts";
import type { Hours } from "./hours.ts";
import { spreadOf } from "./spread.ts";
import { windowsAround } from "./window.ts";

/** A release comes one minute after the last quiet minute (decision 1). */
const graceMs = 60_000;

/**
 * When a message that waits for the end of the quiet hours is released: one minute after their end, plus up to ten minutes
 * by person. Undefined if `now` is outside quiet hours. The release is always later than `now` and never inside quiet
 * hours: if the next ones begin before it, it is half-way to them.
 */
export function releaseAt(hours: Hours, userId: string, now: Instant): Instant | undefined {
  const windows = windowsAround(hours, now);
  const index = windows.findIndex((window) => window.start <= now && now < window.end);
  const window = windows[index];
  if (!window) return undefined;
  const wait = graceMs + spreadOf(userId);
  const room = (windows[index + 1]?.start ?? Number.POSITIVE_INFINITY) - window.end;
  return window.end + (wait < room ? wait : Math.floor(room / 2));
}
