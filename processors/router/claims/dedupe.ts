import { pass } from "#shared/domain/policy/gate-result.ts";
import { dedupe } from "#shared/domain/policy/gates/dedupe.ts";
import type { Dedupe } from "#shared/state/dedupe/dedupe.ts";
import type { Claim, Claimant } from "../claim.ts";
import { isScheduled } from "../core/gate-evaluation.ts";

/**
 * Claims the dedupe key of each message that goes by itself. One that waits holds its key for the window too, unless it
 * waits for its producer's own time: it claims when that comes, as it would then be the second of its kind, or not. What is
 * collected for a digest holds none: an item is known by its message's own id, and a key such as a thread and a minute
 * would drop all but the first of them (decision 33).
 */
export function createDedupeClaim(keys: Pick<Dedupe, "claim">): Claim {
  return {
    gate: "dedupe",
    take: async (claimants, now) => {
      const single = claimants.filter(isSingle);
      const holders = single.length === 0 ? [] : await keys.claim(single.map(keyOf), now);
      const holderOf = new Map(single.map((claimant, i) => [claimant, holders[i]]));
      return claimants.map((claimant) => {
        const { evaluation } = claimant;
        if (isScheduled(evaluation)) return pass("It claims its key when its time has come");
        if (!isSingle(claimant)) return pass("It is collected by its own id");
        return dedupe(evaluation.message, holderOf.get(claimant) ?? evaluation.message.msgId);
      });
    },
  };
}

function isSingle({ evaluation }: Claimant): boolean {
  return evaluation.result.verdict !== "DIGEST" && !isScheduled(evaluation);
}

function keyOf({ accepted, evaluation: { message } }: Claimant) {
  const { channel, msgId } = message;
  return { tenantId: accepted.tenant_id, userId: accepted.user_id, channel, key: accepted.dedupe_key, msgId };
}
