/** Bounds of a wait that doubles, ms. */
export interface Backoff {
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * Full jitter (Brooker, "Exponential Backoff And Jitter"): a wait between 0 and the doubled bound, in ms.
 * `attempt` counts from 1; `random` is in [0, 1).
 */
export function fullJitter(attempt: number, random: number, { baseMs, maxMs }: Backoff): number {
  return Math.floor(random * Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30)));
}
