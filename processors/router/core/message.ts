import type { Accepted, Channel } from "#shared/contracts/records.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import { deriveMsgId, type MsgId } from "#shared/domain/message/id.ts";
import type { Routable } from "#shared/domain/policy/routable.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/** A message of the router: what the gates see of it, and its cadence. */
export interface Message extends Routable {
  readonly msgId: MsgId;
  /** The digest that it is collected for; null if it goes by itself. */
  readonly cadence: string | null;
  /** When its producer wants it sent at the earliest; null means at once. */
  readonly sendAt: Instant | null;
}

export function messageOf(accepted: Accepted, channel: Channel): Message {
  return {
    msgId: deriveMsgId({
      tenantId: accepted.tenant_id,
      templateName: accepted.template_name,
      userId: accepted.user_id,
      causeRef: accepted.cause_ref,
      channel: channelName(channel),
    }),
    tenantId: accepted.tenant_id,
    userId: accepted.user_id,
    channel,
    templateName: accepted.template_name,
    category: accepted.category,
    critical: accepted.critical,
    cadence: accepted.cadence,
    expiresAt: accepted.expires_at,
    receivedAt: accepted.received_at,
    sendAt: accepted.send_at,
  };
}
