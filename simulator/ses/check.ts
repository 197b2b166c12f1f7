import { headerOf } from "../core/mail.ts";
import type { Mail } from "./request.ts";

const tagName = /^[A-Za-z0-9_-]{1,256}$/;
const tagValue = /^[A-Za-z0-9_.@-]{1,256}$/;
const recipientsMax = 50;

/** What SES refuses with a BadRequestException before it takes a mail; undefined for a mail that it takes. */
export function problemOf(mail: Mail): string | undefined {
  if (mail.from === "") return "Missing required header 'From'.";
  if (mail.recipients.length === 0) return "Missing required field: at least one recipient";
  if (mail.recipients.length > recipientsMax) return `Recipient count exceeds ${recipientsMax}.`;
  return addressProblem(mail) ?? tagProblem(mail);
}

function addressProblem({ recipients }: Mail): string | undefined {
  for (const address of recipients) {
    if (!/^[^@]+@[^@]+$/.test(address)) return "Missing final '@domain'";
    if (/[\s\p{Cc}]/u.test(address)) return "Address contains control or whitespace";
  }
  return undefined;
}

function tagProblem({ tags }: Mail): string | undefined {
  const bad = tags.find(({ Name, Value }) => !tagName.test(Name) || !tagValue.test(Value));
  return bad && `Invalid tag <${bad.Name}: ${bad.Value}>: only letters, digits, '_', '-', '.' and '@' are allowed.`;
}

/** The msg_id of a mail: its tag, or else its header. */
export function msgIdOf({ tags, headers }: Mail): string | undefined {
  return tags.find(({ Name }) => Name === "msg_id")?.Value ?? headerOf(headers, "X-Comms-Msg-Id");
}
