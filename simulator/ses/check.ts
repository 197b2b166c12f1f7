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
  return addressProblem(mail) ?? tagProblem(mail) ?? rawProblem(mail);
}

/** A mail as it may be sent, after base64; and a line of it (RFC 5321). */
const mailBytesMax = 40 * 1024 * 1024;
const lineBytesMax = 998;
/** Headers that a mail has once at most (RFC 5322, 3.6). */
const onceOnly = "from sender reply-to to cc bcc message-id subject date mime-version content-type".split(" ");

/** What SES refuses of raw content: its size, its lines, and its headers. */
function rawProblem({ content, headers }: Mail): string | undefined {
  if (!("raw" in content)) return undefined;
  const raw = Buffer.from(content.raw.buffer, content.raw.byteOffset, content.raw.byteLength);
  if (Math.ceil((raw.length * 4) / 3) > mailBytesMax) return `Message length is more than ${mailBytesMax} bytes long`;
  const names = headers.map(({ name }) => name.toLowerCase());
  const twice = onceOnly.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (twice !== undefined) return `Duplicate header '${twice}'.`;
  const odd = headers.find(({ name }) => !/^[\x21-\x39\x3b-\x7e]+$/.test(name));
  if (odd !== undefined) return "Invalid header name.";
  const text = raw.toString("latin1");
  if (/[\x80-\xff]/.test(text.split("\r\n\r\n", 1)[0] ?? "")) return "Header contains characters outside ASCII.";
  return text.split("\r\n").some((line) => line.length > lineBytesMax) ? "Line is too long." : undefined;
}

function addressProblem({ recipients }: Mail): string | undefined {
  for (const address of recipients) {
    if (!/^[^@]+@[^@]+$/.test(address)) return "Missing final '@domain'";
    if (/[\s\p{Cc}]/u.test(address)) return "Address contains control or whitespace";
    // No SMTPUTF8: the domain may be in punycode, the local part may not be anything but ASCII.
    if (/[^\x21-\x7e]/.test(address)) return "Local address contains characters outside ASCII";
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
