import { deriveId } from "../message/id.ts";
import { fullJitter } from "../retry/backoff.ts";
import type { Instant } from "../time/instant.ts";
import type { SendPolicy } from "./policy.ts";

/** The failed call that determines a wait. */
export interface FailedCall {
  readonly msgId: string;
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  readonly now: Instant;
  /** The least wait after the first attempt that the provider's code asks for, ms; it doubles at each attempt. 0 for none. */
  readonly baseMs: number;
  /** The wait of the provider's `Retry-After`, ms; 0 for none. */
  readonly retryAfterMs: number;
}

/**
 * When to try again. The full jitter is derived from the message and the attempt, so the same failure gives the same
 * wait, never before the provider's own time. With `Retry-After` the jitter is added, at most a quarter more.
 */
export function retryDue(call: FailedCall, policy: SendPolicy): Instant {
  const { msgId, attempt, now, retryAfterMs } = call;
  const draw = fraction("retry", msgId, attempt);
  if (retryAfterMs > 0) return now + Math.ceil(retryAfterMs * (1 + draw / 4));
  const floor = Math.min(policy.maxMs, call.baseMs * 2 ** (attempt - 1));
  return now + Math.max(250, floor) + fullJitter(attempt, draw, policy);
}

/** A number in [0, 1) that the parts determine. */
export function fraction(...parts: readonly [string, ...(string | number)[]]): number {
  return Number.parseInt(deriveId(...parts).slice(0, 8), 16) / 2 ** 32;
}
