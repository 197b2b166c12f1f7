import { contentFor } from "#shared/domain/channel/channels.ts";
import type { ChannelAdapter, OutboundMessage } from "../../adapter.ts";
import { type MailOptions, mailStreamOf } from "../../email/mail-options.ts";
import { composeMail } from "../../email/mime.ts";
import { smtpAnswers } from "./core/answers.ts";
import { type DkimKey, signMail } from "./dkim/sign.ts";
import { createSmtpTransport, type SmtpMail, type SmtpServer } from "./transport.ts";

/** The options of the adapter. `config.ts` reads them from settings. */
export interface SmtpOptions {
  readonly server: SmtpServer;
  /** The keys that sign every mail, for the domain of its sender. Empty: the server signs. */
  readonly dkim: readonly DkimKey[];
  readonly mail: MailOptions;
}

/** Creates the adapter of an SMTP server, which delivers the mail or relays it. */
export function createSmtpAdapter(options: SmtpOptions): ChannelAdapter {
  const transport = createSmtpTransport(options.server);
  return {
    answers: smtpAnswers,
    send: async (message, signal) => transport.send(await mailOf(message, options), signal),
    close: async () => transport.close(),
  };
}

async function mailOf(message: OutboundMessage, { mail, dkim }: SmtpOptions): Promise<SmtpMail> {
  const { send, target, now } = message;
  const content = contentFor("EMAIL", message);
  const stream = mailStreamOf(message, mail);
  const composed = await composeMail(message, content, mail);
  const raw = signMail(composed, dkim, { domain: stream.domain, now });
  return { from: mailboxOf(stream.from), to: target.address, msgId: send.msg_id, raw };
}

/** The address in `Carillon <no-reply@notify.example.com>`. */
function mailboxOf(from: string): string {
  return /<([^<>]+)>\s*$/.exec(from)?.[1] ?? from.trim();
}
