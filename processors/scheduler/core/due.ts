import type { Instant } from "#shared/domain/time/instant.ts";

/** How often a dispatcher looks at least, ms: an item that another process saved a moment ago must not wait longer. */
export const lookEveryMs = 500;

/**
 * How long until the next look: at once after a full batch, a moment later where a lease took what it could and left some,
 * else at the next due time, and never later than the usual. What is due and could not be leased is somebody else's.
 */
export function waitMs(leased: number, batch: number, nextDue: Instant | undefined, now: Instant): number {
  if (leased >= batch) return 0;
  if (nextDue === undefined) return lookEveryMs;
  if (leased === 0 && nextDue <= now) return lookEveryMs;
  return Math.min(lookEveryMs, Math.max(5, nextDue - now));
}

/** How long the most overdue item has been due, seconds; 0 when none is. */
export function overdueSeconds(nextDue: Instant | undefined, now: Instant): number {
  return nextDue === undefined ? 0 : Math.max(0, now - nextDue) / 1000;
}
