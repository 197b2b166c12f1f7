import type { Instant } from "#shared/domain/time/instant.ts";

/**
 * Keeps fetches at least `everyMs` apart, counted from the beginning of the one before. With few records a fetch lasts
 * longer than that by itself and nothing is held up; under load records come together, and client, broker and every trip
 * that is made for a batch are spared most of their calls.
 */
export class FetchThrottle {
  readonly #everyMs: number;
  readonly #begun = new Map<string, Instant>();

  /** The first fetch of each broker waits for nothing. `everyMs` of 0 holds nothing up. */
  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** How long to wait before the next fetch from this broker, ms; it then counts as begun. */
  wait(broker: string, now: Instant): number {
    const next = Math.max(now, (this.#begun.get(broker) ?? Number.NEGATIVE_INFINITY) + this.#everyMs);
    this.#begun.set(broker, next);
    return next - now;
  }
}
