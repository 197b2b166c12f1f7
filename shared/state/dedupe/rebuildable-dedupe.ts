import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Decision } from "#shared/contracts/records.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { execute } from "#shared/platform/redis/redis.ts";
import { writeApplied } from "../views/applied-positions.ts";
import type { RebuildableState } from "../views/views.ts";
import { dedupeWindowMs } from "./dedupe.ts";
import { dedupeKey, dedupeName, type RedisDedupeOptions } from "./redis-dedupe.ts";

/** Within this time the log has every claim that the router had made, and not yet written, when Redis was wiped. */
const dedupeQuarantineMs = 1_000;

/**
 * Rebuilds the dedupe window from the router's decisions (KV-02): every message that goes by itself, at once or later, holds
 * its key for the rest of its window, unless it waits for its producer's own time. The first in the log holds it, because it was the first to claim.
 */
export function createRebuildableDedupe(options: RedisDedupeOptions): RebuildableState {
  const { redis, windowMs = dedupeWindowMs } = options;
  return {
    name: dedupeName,
    topics: ["comms.decisions"],
    quarantineMs: dedupeQuarantineMs,
    quarantineFor: ["comms.decisions"],
    apply: async (records, now, server = "") => {
      const holds = records.flatMap((record) => holdOf(record, now, windowMs));
      const pipeline = redis.pipeline();
      for (const { decision, leftMs } of holds) {
        pipeline.set(keyOf(options, decision), decision.msg_id, "PX", leftMs, "NX");
      }
      if (holds.length > 0) await execute(pipeline);
      await writeApplied(options, { state: dedupeName, server, records });
    },
  };
}

function keyOf({ keys }: RedisDedupeOptions, decision: Decision): string {
  const { tenant_id: tenantId, user_id: userId, channel, dedupe_key: key } = decision;
  return dedupeKey(keys, { tenantId, userId, channel, key });
}

interface Hold {
  readonly decision: Decision;
  readonly leftMs: number;
}

function holdOf({ value }: DecodedRecord<unknown>, now: Instant, windowMs: number): readonly Hold[] {
  const decision = value as Decision | null;
  if (decision?.stage !== "router" || !["PASS", "DEFER"].includes(decision.verdict)) return [];
  // It claims when the time comes that its producer asked for.
  if (decision.reason === "COMMS_SCHEDULED") return [];
  const leftMs = Math.min(decision.recorded_at + windowMs - now, windowMs);
  return leftMs > 0 ? [{ decision, leftMs }] : [];
}
