import { blamesSender, deadMailboxCodes } from "#shared/domain/delivery/mail-reply.ts";
import type { Meaning } from "#shared/domain/feedback/parsed-webhook.ts";
import { sesBounced, sesRefusedContent, sesRefusedSender, sesSoftBounce } from "./meanings.ts";

/** What the recipient's server said, as SES passes it on. The text may hold an address: not for records or lines. */
export interface BounceReply {
  readonly status: string | null;
  readonly diagnostic: string | null;
}

const tooBig: Meaning = { ...sesRefusedContent, description: "The mail is too large for the mailbox" };

/** By enhanced status code (RFC 3463), the first row that matches. A dead mailbox has no row: there the type of the bounce counts. */
const byStatus: readonly (readonly [RegExp, Meaning])[] = [
  [/^[45]\.7\.\d+$/, sesRefusedSender],
  [/^5\.1\.[78]$/, { ...sesRefusedSender, description: "The sender's address is refused" }],
  [/^5\.2\.2$/, { ...sesSoftBounce, description: "The mailbox is full" }],
  [/^5\.(2\.3|3\.4)$/, tooBig],
  [/^5\.3\.\d+$/, { ...sesSoftBounce, description: "The recipient's server takes no mail" }],
  [/^5\.4\.7$/, { ...sesSoftBounce, description: "The mail could not be delivered in time" }],
  [/^5\.4\.(?!1$)\d+$/, { ...sesSoftBounce, description: "No route leads to the recipient's server" }],
  [/^5\.6\.\d+$/, { ...sesRefusedContent, description: "The content was refused" }],
  [/^4\.\d+\.\d+$/, sesSoftBounce],
];

const enhanced = /(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])/;

/** Words that say of the mailbox what no code beside them does. */
const namesMailbox =
  /\b(?:user|recipient|mailbox|account|address)\b[^.;]{0,40}\b(?:unknown|not found|unavailable|does(?: not|n't) exist)|\brecipient\b[^.;]{0,40}\brejected|\b(?:unknown|no such|invalid) (?:user|recipient|mailbox|address|account)/i;

/**
 * What the reply of the recipient's server means, which counts before SES's type of the bounce; undefined where the type
 * counts. What blames us counts first, by code or in words, and the server's text before the status that SES gives. A code
 * without a row suppresses nobody unless it is one of a dead mailbox, or the words are.
 */
export function byReply({ status, diagnostic }: BounceReply): Meaning | undefined {
  const text = diagnostic ?? "";
  const inText = enhanced.exec(text)?.[1];
  const codes = [inText ?? "", status?.trim() ?? ""].filter(
    (code) => /^[245]\.\d/.test(code) && !/^[45]\.0\.0$/.test(code),
  );
  const meanings = codes.map((code) => byStatus.find(([form]) => form.test(code))?.[1]);
  const blamesUs = meanings.find((meaning) => meaning?.alert !== undefined);
  if (blamesUs) return blamesUs;
  if (blamesSender(text)) return sesRefusedSender;
  const [first] = meanings;
  if (first || codes.length === 0 || codes.some((code) => deadMailboxCodes.includes(code))) return first;
  return namesMailbox.test(text) ? undefined : sesBounced;
}
