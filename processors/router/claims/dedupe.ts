import { dedupe } from "#shared/domain/policy/gates/dedupe.ts";
import type { Dedupe } from "#shared/state/dedupe/dedupe.ts";
import type { Claim, Claimant } from "../claim.ts";

/** Claims the dedupe key of each message. One that waits holds its key for the window too. */
export function createDedupeClaim(keys: Dedupe): Claim {
  return {
    gate: "dedupe",
    take: async (claimants, now) => {
      const owners = await keys.claim(claimants.map(keyOf), now);
      return claimants.map(({ evaluation: { message } }, i) => dedupe(message, owners[i] ?? message.msgId));
    },
  };
}

function keyOf({ accepted, evaluation: { message } }: Claimant) {
  const { channel, msgId } = message;
  return { tenantId: accepted.tenant_id, userId: accepted.user_id, channel, key: accepted.dedupe_key, msgId };
}
