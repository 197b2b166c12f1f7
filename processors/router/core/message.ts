import type { Accepted, Channel } from "#shared/contracts/records.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import { deriveMsgId, type MsgId } from "#shared/domain/message/id.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/** One event for one person on one channel: the subject of the gates. */
export interface Message {
  readonly msgId: MsgId;
  readonly userId: string;
  readonly channel: Channel;
  readonly category: string;
  readonly critical: boolean;
  readonly cadence: string | null;
  readonly expiresAt: Instant | null;
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
    userId: accepted.user_id,
    channel,
    category: accepted.category,
    critical: accepted.critical,
    cadence: accepted.cadence,
    expiresAt: accepted.expires_at,
  };
}
