import { SendEmailCommand } from "@aws-sdk/client-sesv2";
import { contentFor } from "#shared/domain/channel/channels.ts";
import { hashTag } from "#shared/domain/feedback/call-reference.ts";
import type { ChannelAdapter, OutboundMessage } from "../../adapter.ts";
import { composeMail, type MailOptions, mailStreamOf } from "../../email/mime.ts";
import { createSesClient, type SesAccess, sendBySes } from "./client.ts";
import { invalidLocalPart, sesAnswers } from "./core/answers.ts";

/** The options of the adapter. `config.ts` has where they come from. */
export interface SesOptions extends SesAccess {
  readonly mail: MailOptions;
}

/** SES v2's SendEmail with raw MIME. */
export function createSesAdapter(options: SesOptions): ChannelAdapter {
  const client = createSesClient(options);
  return {
    answers: sesAnswers,
    send: async (message, signal) => {
      if (!isAsciiMailbox(message.target.address)) return { kind: "refused", code: invalidLocalPart };
      return sendBySes(client, await commandOf(message, options.mail), signal);
    },
    close: async () => client.destroy(),
  };
}

async function commandOf(message: OutboundMessage, mail: MailOptions): Promise<SendEmailCommand> {
  const { send, target, addressHash } = message;
  const content = contentFor("EMAIL", message);
  const stream = mailStreamOf(message, mail);
  return new SendEmailCommand({
    FromEmailAddress: stream.from,
    Destination: { ToAddresses: [target.address] },
    Content: { Raw: { Data: await composeMail(message, content, mail) } },
    ConfigurationSetName: stream.configurationSet,
    EmailTags: [
      { Name: "msg_id", Value: send.msg_id },
      { Name: "template", Value: tagValue(send.template_name) },
      { Name: "tenant", Value: tagValue(send.tenant_id) },
      ...(addressHash === "" ? [] : [{ Name: "to", Value: hashTag(addressHash) }]),
    ],
  });
}

/** Whether SES can take the address: it has no SMTPUTF8. The domain is in ASCII already. */
function isAsciiMailbox(address: string): boolean {
  return /^[\x21-\x7e]+$/.test(address);
}

/** SES takes letters, digits, `_`, `-`, `.` and `@` in a tag. */
function tagValue(text: string): string {
  return text.replace(/[^\w.@-]/g, "_").slice(0, 256) || "_";
}
