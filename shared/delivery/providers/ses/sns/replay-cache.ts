import type { Instant } from "#shared/domain/time/instant.ts";
import { createBoundedCache } from "#shared/platform/cache/bounded-cache.ts";
import { ageMsMax, aheadMsMax } from "../core/trust.ts";

/** Ids of the messages that were accepted and whose timestamp is still fresh. */
export interface ReplayCache {
  has(messageId: string, now: Instant): boolean;
  add(messageId: string, now: Instant): void;
}

/**
 * Of this process only: another gateway accepts a replay again, under the same id, and readers drop the repeat. A message
 * older than the cache remembers is stale by its own timestamp.
 */
export function createReplayCache(entriesMax = 100_000): ReplayCache {
  const until = createBoundedCache<string, Instant>(entriesMax);
  return {
    has: (messageId, now) => (until.get(messageId) ?? 0) > now,
    add: (messageId, now) => until.set(messageId, now + ageMsMax + aheadMsMax),
  };
}
