import type { Redis } from "ioredis";
import type { Decision } from "#shared/contracts/records.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { execute } from "#shared/platform/redis/redis.ts";
import { type DedupeClaim, dedupeWindowMs, windowKey } from "./dedupe.ts";

/** A decision whose message holds its key, and for how much longer, ms. */
export interface DedupeHold {
  readonly decision: Decision;
  readonly leftMs: number;
}

/**
 * Which of these decisions hold their keys: the router's on a message that goes by itself, at once or later, unless it waits for
 * its producer's own time; for the rest of its window.
 */
export function holdsOf(
  decisions: readonly (Decision | null)[],
  now: Instant,
  windowMs: number = dedupeWindowMs,
): readonly DedupeHold[] {
  return decisions.flatMap((decision) => {
    if (decision?.stage !== "router" || !["PASS", "DEFER"].includes(decision.verdict)) return [];
    // It claims when the time comes that its producer asked for.
    if (decision.reason === "COMMS_SCHEDULED") return [];
    const leftMs = Math.min(decision.recorded_at + windowMs - now, windowMs);
    return leftMs > 0 ? [{ decision, leftMs }] : [];
  });
}

/** Gives each key to its message, unless it has a holder: the first in the list holds. Throws `REDIS_UNAVAILABLE` (retryable). */
export async function writeHolds(
  { redis, keys }: { readonly redis: Redis; readonly keys: RedisKeys },
  holds: readonly DedupeHold[],
): Promise<void> {
  if (holds.length === 0) return;
  const pipeline = redis.pipeline();
  for (const { decision, leftMs } of holds) {
    const { tenant_id: tenantId, user_id: userId, channel, dedupe_key: key, msg_id: msgId } = decision;
    pipeline.set(dedupeKey(keys, { tenantId, userId, channel, key }), msgId, "PX", leftMs, "NX");
  }
  await execute(pipeline);
}

/** The Redis key under which the holder of a claim's dedupe key is stored. */
export function dedupeKey(keys: RedisKeys, claim: Omit<DedupeClaim, "msgId">): string {
  return keys.dedupe(claim.tenantId, channelName(claim.channel), windowKey(claim));
}
