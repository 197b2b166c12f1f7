import type { Instant } from "#shared/domain/time/instant.ts";
import { createBoundedCache } from "#shared/platform/cache/bounded-cache.ts";
import { ageMsMax, aheadMsMax } from "./core/trust.ts";

/** Message ids that were taken in while their timestamp still counts. */
export interface Seen {
  has(messageId: string, now: Instant): boolean;
  add(messageId: string, now: Instant): void;
}

/**
 * Of this process only: another gateway takes a replay in once more, under the same id, which every reader knows. An
 * older message than the cache remembers is stale by its own timestamp.
 */
export function createSeen(entriesMax = 100_000): Seen {
  const until = createBoundedCache<string, Instant>(entriesMax);
  return {
    has: (messageId, now) => (until.get(messageId) ?? 0) > now,
    add: (messageId, now) => until.set(messageId, now + ageMsMax + aheadMsMax),
  };
}
