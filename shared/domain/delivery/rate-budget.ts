import type { Instant } from "../time/instant.ts";

/** How many calls a provider account lets through. */
export interface BudgetLimits {
  /** Calls a second, over 0. */
  readonly rate: number;
  /** Calls that may go out at once after a pause, at least 1. */
  readonly burst: number;
  /** The part of the burst that only critical messages may take. Less than the burst. */
  readonly reserve: number;
}

/**
 * The limits of an account with this rate, calls a second. What it lets through in `burstSeconds` may go at once; a
 * share of that is kept for critical messages, rounded down, so that an account of one call a second still sends all.
 */
export function budgetLimits(
  rate: number,
  { burstSeconds, reserveShare }: { readonly burstSeconds: number; readonly reserveShare: number },
): BudgetLimits {
  const burst = Math.max(1, rate * burstSeconds);
  return { rate, burst, reserve: Math.floor(burst * reserveShare) };
}

/** The calls of one message, and the token bucket that they are taken from: one an account, shared by all processes. */
export interface BudgetRequest {
  /** The id of the account. */
  readonly account: string;
  readonly limits: BudgetLimits;
  readonly calls: number;
  /** Whether the calls may take from the reserve. */
  readonly critical: boolean;
}

/** How many tokens a bucket holds, and as of when. */
export interface Bucket {
  readonly tokens: number;
  readonly at: Instant;
}

/**
 * Refills the bucket by the time that passed, then takes the calls from it, or nothing and says how long to wait before asking
 * again, ms. It reserves nothing for then, and leaves the reserve unless the message is critical. A request for more than the
 * burst drains the bucket.
 */
export function takeFrom(
  bucket: Bucket | undefined,
  limits: BudgetLimits,
  request: Pick<BudgetRequest, "calls" | "critical"> & { readonly now: Instant },
): { readonly bucket: Bucket; readonly waitMs: number } {
  const { rate, burst, reserve } = limits;
  const at = Math.max(request.now, bucket?.at ?? 0);
  const tokens = bucket ? Math.min(burst, bucket.tokens + ((at - bucket.at) * rate) / 1_000) : burst;
  const floor = request.critical ? 0 : reserve;
  const needed = Math.min(request.calls, burst - floor) + floor;
  if (tokens + 1e-9 >= needed) return { bucket: { tokens: tokens - request.calls, at }, waitMs: 0 };
  return { bucket: { tokens, at }, waitMs: Math.ceil(((needed - tokens) * 1_000) / rate) };
}
