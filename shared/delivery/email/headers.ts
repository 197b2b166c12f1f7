import type { Send } from "#shared/contracts/records.ts";

/** A sending domain with its own reputation (DLV-01). */
export interface MailStream {
  /** `Carillon <no-reply@notify.example.com>`. */
  readonly from: string;
  /** The domain of Message-ID, List-Id and the unsubscribe mailbox. */
  readonly domain: string;
  readonly configurationSet: string;
}

/** The text on one line, without a character that could begin another header. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
}

/**
 * A text that people read, as a header: on one line, and whole in encoded words (RFC 2047) where a part of it looks like one. A
 * mail program would decode that part, and show what was never typed.
 */
export function headerText(text: string): string {
  const shown = oneLine(text);
  return shown.includes("=?") ? encodedWords(shown) : shown;
}

/** The same for a wire that takes no letter outside ASCII: a text with one is whole in encoded words, too. */
export function asciiHeaderText(text: string): string {
  const shown = headerText(text);
  return isAscii(shown) ? shown : encodedWords(shown);
}

/** A mailbox with its name, `Bücherei <post@example.com>`, in ASCII. The address is in ASCII already. */
export function asciiMailbox(mailbox: string): string {
  const address = mailbox.lastIndexOf("<");
  const name = mailbox.slice(0, Math.max(address, 0)).trim();
  return isAscii(mailbox) || name === "" ? mailbox : `${encodedWords(name)} ${mailbox.slice(address)}`;
}

/** A name of things in a header: between quotes, or in encoded words where it has letters outside ASCII. */
export function quotedPhrase(text: string): string {
  return isAscii(text) ? `"${text.replace(/["\\]/g, "\\$&")}"` : encodedWords(text);
}

function isAscii(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

/** The bytes of one encoded word: in base64, with its frame, 60 characters, so that the first fits on the header's first line. */
const wordBytesMax = 36;

/** Blanks between encoded words are not shown. No word ends inside a character. */
function encodedWords(text: string): string {
  const words: string[] = [];
  let word = "";
  for (const character of text) {
    if (Buffer.byteLength(word + character) > wordBytesMax) {
      words.push(word);
      word = "";
    }
    word += character;
  }
  return [...words, word].map((each) => `=?UTF-8?B?${Buffer.from(each).toString("base64")}?=`).join(" ");
}

/** The same at every attempt, so that a mailbox that receives two shows one. */
export function messageId(msgId: string, domain: string): string {
  return `<${msgId}@${domain}>`;
}

/** The headers that every mail carries (EML-02), and Gmail's and RFC 3834's. */
export function mailHeaders(send: Send, stream: "marketing" | "transactional"): Readonly<Record<string, string>> {
  const { msg_id, template_name, template_version, category, tenant_id } = send;
  const headers = {
    "X-Template-Name": oneLine(template_name),
    "X-Template-Version": String(template_version),
    "X-Comms-Msg-Id": msg_id,
    "Feedback-ID": [template_name, category, tenant_id, "carillon"].map(feedbackPart).join(":"),
  };
  return stream === "transactional" ? { ...headers, "Auto-Submitted": "auto-generated" } : headers;
}

function feedbackPart(text: string): string {
  return oneLine(text)
    .replace(/[:\s]+/g, "_")
    .slice(0, 60);
}
