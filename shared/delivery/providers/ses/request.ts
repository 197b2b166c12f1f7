import type { MessageHeader, SendEmailRequest } from "@aws-sdk/client-sesv2";
import { streamOf } from "#shared/domain/category/category.ts";
import { contentFor } from "#shared/domain/channel/channels.ts";
import type { EmailContent } from "#shared/domain/channel/email.ts";
import { hashTag } from "#shared/domain/feedback/call-reference.ts";
import type { SubjectSeal } from "#shared/platform/crypto/subject-seal.ts";
import type { OutboundMessage } from "../../adapter.ts";
import { asciiHeaderText, asciiMailbox, mailHeaders } from "../../email/headers.ts";
import { listHeaders } from "../../email/list-headers.ts";
import { type MailOptions, mailStreamOf } from "../../email/mail-options.ts";
import { subjectTags } from "./core/subject-tags.ts";

/**
 * The request that sends a message. SES composes the mail from its parts (`Simple`); the mail is composed here (`Raw`) only
 * where one of its headers is none that SES takes there.
 */
export async function sendRequestOf(
  message: OutboundMessage,
  mail: MailOptions,
  subjects?: Pick<SubjectSeal, "seal">,
): Promise<SendEmailRequest> {
  const { send, target, addressHash } = message;
  const content = contentFor("EMAIL", message);
  const stream = mailStreamOf(message, mail);
  const headers = simpleHeaders({ ...mailHeaders(send, streamOf(send.category)), ...listHeaders(message, mail) });
  return {
    FromEmailAddress: asciiMailbox(stream.from),
    Destination: { ToAddresses: [target.address] },
    Content: headers
      ? { Simple: { ...partsOf(content), Headers: headers } }
      : { Raw: { Data: await rawMail(message, content, mail) } },
    EmailTags: [
      { Name: "msg_id", Value: send.msg_id },
      { Name: "template", Value: tagValue(send.template_name) },
      { Name: "tenant", Value: tagValue(send.tenant_id) },
      ...(addressHash === "" ? [] : [{ Name: "to", Value: hashTag(addressHash) }]),
      ...(subjects ? subjectTags(subjects.seal(send)) : []),
    ],
    ConfigurationSetName: stream.configurationSet,
  };
}

/** The most headers of ours that SES takes beside the parts of a mail. */
const headersMax = 15;
/** What SES takes as a header beside the parts of a mail: its reference says 870 characters, its SDK 995. */
const headerValue = /^[ -~]{1,870}$/;

/** The headers as `Simple` has them; undefined where SES would refuse one. Their names are ours, and none that SES writes itself. */
function simpleHeaders(headers: Readonly<Record<string, string>>): MessageHeader[] | undefined {
  const entries = Object.entries(headers);
  if (entries.length > headersMax || entries.some(([, value]) => !headerValue.test(value))) return undefined;
  return entries.map(([Name, Value]) => ({ Name, Value }));
}

/** Of text that is no Unicode, half a pair of surrogates, JSON would make a request that no server reads. */
function partsOf({ subject, text, html }: EmailContent) {
  return {
    Subject: { Data: asciiHeaderText(subject.toWellFormed()), Charset: "UTF-8" },
    Body: {
      Text: { Data: text.toWellFormed(), Charset: "UTF-8" },
      Html: { Data: html.toWellFormed(), Charset: "UTF-8" },
    },
  };
}

/** Loaded where it is needed: few mails are. */
async function rawMail(message: OutboundMessage, content: EmailContent, mail: MailOptions): Promise<Buffer> {
  const { composeMail } = await import("../../email/mime.ts");
  return composeMail(message, content, mail);
}

/** SES takes letters, digits, `_`, `-`, `.` and `@` in a tag. */
function tagValue(text: string): string {
  return text.replace(/[^\w.@-]/g, "_").slice(0, 256) || "_";
}
