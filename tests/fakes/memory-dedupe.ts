import type { Instant } from "#shared/domain/time/instant.ts";
import { type Dedupe, type DedupeClaim, dedupeWindowMs, windowKey } from "#shared/state/dedupe/dedupe.ts";

/** The dedupe window in the memory of one process: for tests and the simulator. Time passes with `now` only. */
export function createMemoryDedupe(windowMs: number = dedupeWindowMs): Dedupe {
  const holders = new Map<string, { readonly msgId: string; readonly until: Instant }>();

  function claimOne(claim: DedupeClaim, now: Instant): string {
    const key = `${claim.tenantId}/${claim.channel}/${windowKey(claim)}`;
    const holder = holders.get(key);
    if (holder && now < holder.until) return holder.msgId;
    holders.set(key, { msgId: claim.msgId, until: now + windowMs });
    return claim.msgId;
  }

  // It loses nothing, so there is nothing to keep.
  return { claim: async (claims, now) => claims.map((claim) => claimOne(claim, now)), keep: async () => {} };
}
