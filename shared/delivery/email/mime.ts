import { createTransport } from "nodemailer";
import { streamOf } from "#shared/domain/category/category.ts";
import type { EmailContent } from "#shared/domain/channel/email.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import { signUnsubscribe, type UnsubscribeKeys, unsubscribeLifeMs } from "#shared/platform/crypto/unsubscribe-token.ts";
import type { OutboundMessage } from "../adapter.ts";
import { headerText, type MailStream, mailHeaders, messageId, oneLine } from "./headers.ts";
import { unsubscribeScope } from "./unsubscribe.ts";

/** Where the unsubscribe links of a mail lead. */
export interface MailLinks {
  /** Public origin of the gateway: links are `<url>/unsubscribe/<token>`. */
  readonly unsubscribeUrl: string;
  readonly unsubscribeKeys: UnsubscribeKeys;
  /** An address whose mail somebody reads and unsubscribes by. Absent: the header has the link alone. */
  readonly unsubscribeMailbox?: string;
}

/** Who a mail comes from, and where its unsubscribe links lead. */
export interface MailOptions extends MailLinks {
  readonly streams: Readonly<Record<"marketing" | "transactional", MailStream>>;
}

// Through a transport: `MailComposer` alone leaves the list headers out.
const composer = createTransport({ streamTransport: true, buffer: true, newline: "windows" });

/** The stream whose domain and configuration set a mail goes out by. */
export function mailStreamOf({ send }: OutboundMessage, options: MailOptions): MailStream {
  return options.streams[streamOf(send.category)];
}

/** The mail as it goes over the wire: text part always, no line over 998 bytes, unsubscribe headers unless critical. */
export async function composeMail(
  message: OutboundMessage,
  content: EmailContent,
  options: MailOptions,
): Promise<Buffer> {
  const { send, target } = message;
  const stream = mailStreamOf(message, options);
  const { message: mail } = await composer.sendMail({
    from: stream.from,
    to: { name: "", address: target.address },
    subject: headerText(content.subject),
    text: content.text,
    html: content.html,
    messageId: messageId(send.msg_id, stream.domain),
    date: new Date(message.now),
    textEncoding: "quoted-printable",
    headers: { ...mailHeaders(send, streamOf(send.category)), ...(send.critical ? {} : oneClick) },
    ...(send.critical ? {} : { list: listHeaders(message, stream, options) }),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return mail as Buffer;
}

/** RFC 8058: with this, a POST to the link unsubscribes at once. */
const oneClick = { "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" };

function listHeaders(message: OutboundMessage, stream: MailStream, options: MailOptions) {
  const token = tokenOf(message, options);
  const link = `${options.unsubscribeUrl}/unsubscribe/${token}`;
  const { unsubscribeMailbox } = options;
  const mailbox = unsubscribeMailbox === undefined ? [] : [`mailto:${unsubscribeMailbox}?subject=${token}`];
  const { category } = message.send;
  return {
    unsubscribe: [[link, ...mailbox]],
    id: { url: `${oneLine(category)}.${stream.domain}`, comment: oneLine(category) },
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
