import { channelName } from "#shared/domain/message/channel.ts";
import { signUnsubscribe, unsubscribeLifeMs } from "#shared/platform/crypto/unsubscribe-token.ts";
import type { OutboundMessage } from "../adapter.ts";
import { oneLine, quotedPhrase } from "./headers.ts";
import { type MailOptions, mailStreamOf } from "./mail-options.ts";
import { unsubscribeScope } from "./unsubscribe.ts";

/** The headers of a mailing list by which a mail is unsubscribed from in one click (RFC 8058, 2369, 2919); none for a critical mail. */
export function listHeaders(message: OutboundMessage, options: MailOptions): Readonly<Record<string, string>> {
  const { send } = message;
  if (send.critical) return {};
  const token = tokenOf(message, options);
  const { unsubscribeUrl, unsubscribeMailbox } = options;
  const mailbox = unsubscribeMailbox === undefined ? "" : `, <mailto:${unsubscribeMailbox}?subject=${token}>`;
  const list = oneLine(send.category);
  return {
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    "List-Unsubscribe": `<${unsubscribeUrl}/unsubscribe/${token}>${mailbox}`,
    "List-Id": `${quotedPhrase(list)} <${list.replace(/[\s<>]+/g, "")}.${mailStreamOf(message, options).domain}>`,
  };
}

function tokenOf({ send, addressHash, now }: OutboundMessage, { unsubscribeKeys }: MailOptions): string {
  const claim = {
    tenantId: send.tenant_id,
    userId: send.user_id,
    channel: channelName(send.channel),
    addressHash,
    scope: unsubscribeScope(send),
    msgId: send.msg_id,
    expiresAt: now + unsubscribeLifeMs,
  };
  return signUnsubscribe(claim, unsubscribeKeys);
}
