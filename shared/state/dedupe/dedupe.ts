import type { Channel, Decision } from "#shared/contracts/records.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/** How long a message holds its key (DED-02). */
export const dedupeWindowMs = 5 * 60_000;

/**
 * One message that claims its key. A key belongs to one person on one channel: the buyer's message never stops the
 * seller's.
 */
export interface DedupeClaim {
  readonly tenantId: string;
  readonly userId: string;
  readonly channel: Channel;
  readonly key: string;
  readonly msgId: string;
}

/** The window in which a second message under one key is dropped (decision 4). */
export interface Dedupe {
  /**
   * The `msg_id` that holds each claim's key, in the order given: the claimant's own if the key was free or already its
   * own. A claim does not lengthen the window of the holder. One trip for all; of two claims under one key the earlier
   * in the list wins. May be called again with the same claims.
   * Rejects with `REDIS_UNAVAILABLE` or `COMMS_STATE_STALE` (both retryable).
   */
  claim(claims: readonly DedupeClaim[], now: Instant): Promise<readonly string[]>;
  /**
   * To be called when the log holds these decisions: claims again for those whose claims the window may have lost since, because
   * it was restored meanwhile from a log that did not have them yet. Takes no key from another holder. May be called again.
   * Rejects with `REDIS_UNAVAILABLE` (retryable).
   */
  keep(decisions: readonly Decision[], now: Instant): Promise<void>;
}

/** The part of a Redis key that names person and dedupe key. The length keeps two different pairs from reading alike. */
export function windowKey({ userId, key }: Pick<DedupeClaim, "userId" | "key">): string {
  return `${userId.length}:${userId}:${key}`;
}
