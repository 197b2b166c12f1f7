import type { Instant } from "../time/instant.ts";
import type { Hours } from "./hours.ts";
import { spreadOf } from "./spread.ts";
import { windowsAround } from "./window.ts";

/** After the last quiet minute comes one more (decision 1). */
const grace_ms = 60_000;

/**
 * When a message that has to wait may reach a person, or undefined when it need not wait: one minute after the end of
 * the quiet hours, and up to ten more by person. Always later than `now` and never inside quiet hours: where the next
 * ones begin sooner than that, it is half-way to them.
 */
export function releaseAt(hours: Hours, userId: string, now: Instant): Instant | undefined {
  const windows = windowsAround(hours, now);
  const here = windows.findIndex((window) => window.start <= now && now < window.end);
  const window = windows[here];
  if (!window) return undefined;
  const wait = grace_ms + spreadOf(userId);
  const room = (windows[here + 1]?.start ?? Number.POSITIVE_INFINITY) - window.end;
  return window.end + (wait < room ? wait : Math.floor(room / 2));
}
