import type { Instant } from "#shared/domain/time/instant.ts";

/** Time as an argument: the system's in production, a hand-moved one in tests. Pure code takes `now`, never a clock. */
export interface Clock {
  now(): Instant;
  /** Resolves `ms` later by this clock, or at once when the signal aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * The machine's clock, for processes. It may be set back, and `sleep` may end late, never early; an abort ends it at
 * once, without an error.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      }
      signal?.addEventListener("abort", done, { once: true });
    }),
};
