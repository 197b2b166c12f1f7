import { deriveId } from "../message/id.ts";
import { fullJitter } from "../retry/backoff.ts";
import type { Instant } from "../time/instant.ts";
import type { SendPolicy } from "./policy.ts";

/** What the wait after a failed call follows from. */
export interface RetryAsk {
  readonly msgId: string;
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  readonly now: Instant;
  /** What the provider's code asks at least at the first try, ms; doubles. 0 for none. */
  readonly baseMs: number;
  /** What the provider asked for by `Retry-After`, ms; 0 for none. */
  readonly retryAfterMs: number;
}

/**
 * When to try again: full jitter drawn from the message and the attempt, so that the same failure gives the same wait,
 * never before the provider's own time. With `Retry-After` the jitter comes on top, at most a quarter more.
 */
export function retryDue(ask: RetryAsk, policy: SendPolicy): Instant {
  const { msgId, attempt, now, retryAfterMs } = ask;
  const draw = fraction("retry", msgId, attempt);
  if (retryAfterMs > 0) return now + Math.ceil(retryAfterMs * (1 + draw / 4));
  const floor = Math.min(policy.maxMs, ask.baseMs * 2 ** (attempt - 1));
  return now + Math.max(250, floor) + fullJitter(attempt, draw, policy);
}

/** A number in [0, 1) that the parts determine. */
export function fraction(...parts: readonly [string, ...(string | number)[]]): number {
  return Number.parseInt(deriveId(...parts).slice(0, 8), 16) / 2 ** 32;
}
