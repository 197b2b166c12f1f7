import type { Suppression } from "#shared/contracts/records.ts";
import { channelOf } from "#shared/domain/channel/channels.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import { suppressionKey } from "#shared/domain/message/record-keys.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { UnsubscribeClaim } from "#shared/platform/crypto/unsubscribe-token.ts";

/** The suppression that a link's claim asks for. The same claim gives the same id and key. */
export function suppressionOf(
  claim: UnsubscribeClaim,
  now: Instant,
): { readonly key: string; readonly value: Suppression } {
  const name = {
    tenant_id: claim.tenantId,
    channel: channelOf(claim.channel) ?? "UNKNOWN",
    address_hash: claim.addressHash,
    reason: "UNSUBSCRIBE",
    origin: "RECIPIENT",
    scope: claim.scope,
  } as const;
  const key = suppressionKey(name);
  const suppression_id = deriveId("suppression", key);
  return {
    key,
    value: { suppression_id, ...name, created_at: now, msg_id: claim.msgId || null, evidence: "unsubscribe link" },
  };
}
