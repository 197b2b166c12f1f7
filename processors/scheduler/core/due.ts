import type { Instant } from "#shared/domain/time/instant.ts";

/** The longest interval between two checks, ms: an item that another process has just saved must not wait longer. */
export const lookEveryMs = 500;

/** The number of items in a lease, and the most that one lease takes. */
export interface LeaseSize {
  readonly leased: number;
  readonly batch: number;
}

/**
 * The wait until the next check: none after a full batch; a moment if the lease left due items behind; otherwise until the
 * next due time, and never longer than `lookEveryMs`. A due item that could not be leased belongs to another owner.
 */
export function waitMs({ leased, batch }: LeaseSize, nextDue: Instant | undefined, now: Instant): number {
  if (leased >= batch) return 0;
  if (nextDue === undefined) return lookEveryMs;
  if (leased === 0 && nextDue <= now) return lookEveryMs;
  return Math.min(lookEveryMs, Math.max(5, nextDue - now));
}

/** The time since the most overdue item was due, seconds; 0 if no item is due. */
export function overdueSeconds(nextDue: Instant | undefined, now: Instant): number {
  return nextDue === undefined ? 0 : Math.max(0, now - nextDue) / 1000;
}
