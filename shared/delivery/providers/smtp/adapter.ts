import type { ChannelAdapter, OutboundMessage } from "../../adapter.ts";
import { composeMail, type MailOptions, streamOfLetter } from "../../email/mime.ts";
import { emailTargets } from "../../email/targets.ts";
import { smtpAnswers } from "./answers.ts";
import { type DkimKey, signMail } from "./dkim/sign.ts";
import { createSmtpTransport, type SmtpMail, type SmtpServer } from "./transport.ts";

/** What the adapter needs to know. `config.ts` reads it from settings. */
export interface SmtpOptions {
  readonly server: SmtpServer;
  /** Every mail is signed with each of these, for the domain that it comes from. Empty: the server signs. */
  readonly dkim: readonly DkimKey[];
  readonly mail: MailOptions;
}

/** Mail over SMTP, to a server that delivers it or passes it on. */
export function createSmtpAdapter(options: SmtpOptions): ChannelAdapter {
  const transport = createSmtpTransport(options.server);
  return {
    provider: "smtp",
    answers: smtpAnswers,
    targets: emailTargets,
    send: async (letter, signal) => transport.send(await mailOf(letter, options), signal),
    close: async () => transport.close(),
  };
}

async function mailOf(letter: OutboundMessage, { mail, dkim }: SmtpOptions): Promise<SmtpMail> {
  const { send, target, content, now } = letter;
  if (content.channel !== "EMAIL") throw new TypeError(`Message ${send.msg_id} has content for ${content.channel}`);
  const stream = streamOfLetter(letter, mail);
  const composed = await composeMail(letter, content, mail);
  const raw = signMail(composed, dkim, { domain: stream.domain, now });
  return { from: mailboxOf(stream.from), to: target.address, msgId: send.msg_id, raw };
}

/** The address in `Carillon <no-reply@notify.example.com>`. */
function mailboxOf(from: string): string {
  return /<([^<>]+)>\s*$/.exec(from)?.[1] ?? from.trim();
}
