import type { Instant } from "#shared/clock/clock.ts";

/**
 * Keeps fetches apart, counted from the beginning of the one before. Where records come seldom a fetch lasts longer than
 * that by itself and nothing is held up; under load records come together, and client, broker and every trip that is made
 * for a batch are spared most of their calls. A member that is behind and yet gets few records at a time is short of CPU and
 * not of records, so it waits longer, and does more for each call.
 */
export interface Pace {
  /** How long to wait before the next fetch from this broker, ms; it then counts as begun. */
  wait(broker: string, now: Instant): number;
  /** What came of one partition since: how many records, and when the first of them was written. */
  came(records: number, writtenAt: Instant, now: Instant): void;
}

/** How far apart fetches begin, ms: `least` usually, half of what the records are behind up to `most`. */
export interface PaceLimits {
  readonly least: number;
  readonly most: number;
}

/** A fetch that brings so many is worth its calls, however far behind they are. */
const enough = 128;

/** A pace that has seen no fetch yet: the first of each broker waits for nothing. Limits of 0 hold nothing up. */
export function createPace({ least, most }: PaceLimits): Pace {
  const begun = new Map<string, Instant>();
  let records = 0;
  let behindMs = 0;

  return {
    wait: (broker, now) => {
      const apart = records < enough ? Math.min(most, Math.max(least, behindMs / 2)) : least;
      records = 0;
      behindMs = 0;
      const next = Math.max(now, (begun.get(broker) ?? Number.NEGATIVE_INFINITY) + apart);
      begun.set(broker, next);
      return next - now;
    },
    came: (more, writtenAt, now) => {
      records += more;
      behindMs = Math.max(behindMs, now - writtenAt);
    },
  };
}
