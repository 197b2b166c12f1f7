import type { Instant } from "#shared/domain/time/instant.ts";

/**
 * Keeps fetches at least `everyMs` apart, counted from the beginning of the one before. Where records come seldom a fetch
 * lasts longer than that by itself and nothing is held up; under load records come together, and client, broker and
 * every trip that is made for a batch are spared most of their calls.
 */
export interface FetchThrottle {
  /** How long to wait before the next fetch from this broker, ms; it then counts as begun. */
  wait(broker: string, now: Instant): number;
}

/** A pace that has seen no fetch yet: the first of each broker waits for nothing. `everyMs` of 0 holds nothing up. */
export function createFetchThrottle(everyMs: number): FetchThrottle {
  const begun = new Map<string, Instant>();
  return {
    wait: (broker, now) => {
      const next = Math.max(now, (begun.get(broker) ?? Number.NEGATIVE_INFINITY) + everyMs);
      begun.set(broker, next);
      return next - now;
    },
  };
}
