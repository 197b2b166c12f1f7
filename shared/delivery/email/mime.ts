import { createTransport } from "nodemailer";
import { streamOf } from "#shared/domain/category/category.ts";
import type { EmailContent } from "#shared/domain/channel/email.ts";
import type { OutboundMessage } from "../adapter.ts";
import { headerText, mailHeaders, messageId } from "./headers.ts";
import { listHeaders } from "./list-headers.ts";
import { type MailOptions, mailStreamOf } from "./mail-options.ts";

const composer = createTransport({ streamTransport: true, buffer: true, newline: "windows" });

/** The mail as it goes over the wire: text part always, no line over 998 bytes, unsubscribe headers unless critical. */
export async function composeMail(
  message: OutboundMessage,
  content: EmailContent,
  options: MailOptions,
): Promise<Buffer> {
  const { send, target } = message;
  const stream = mailStreamOf(message, options);
  // Prepared: in a header of a list no letter is encoded, which would break its address.
  const ofList = Object.entries(listHeaders(message, options)).map(
    ([name, value]) => [name, { prepared: true, foldLines: true, value }] as const,
  );
  const { message: mail } = await composer.sendMail({
    from: stream.from,
    to: { name: "", address: target.address },
    subject: headerText(content.subject),
    text: content.text,
    html: content.html,
    messageId: messageId(send.msg_id, stream.domain),
    date: new Date(message.now),
    textEncoding: "quoted-printable",
    headers: { ...mailHeaders(send, streamOf(send.category)), ...Object.fromEntries(ofList) },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return mail as Buffer;
}
