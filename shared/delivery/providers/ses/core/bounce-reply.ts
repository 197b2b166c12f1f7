import type { Meaning } from "#shared/domain/feedback/parsed-webhook.ts";
import { sesRefusedContent, sesRefusedSender, sesSoftBounce } from "./meanings.ts";

/** What the recipient's server said, as SES passes it on. The text may hold an address: not for records or lines. */
export interface BounceReply {
  readonly status: string | null;
  readonly diagnostic: string | null;
}

const tooBig: Meaning = { ...sesRefusedContent, description: "The mail is too large for the mailbox" };

/**
 * By enhanced status code (RFC 3463), the first row that matches. What is about the mailbox itself has no row: there the type
 * of the bounce counts.
 */
const byStatus: readonly (readonly [RegExp, Meaning])[] = [
  [/^[45]\.7\.\d+$/, sesRefusedSender],
  [/^5\.1\.[78]$/, { ...sesRefusedSender, description: "The sender's address is refused" }],
  [/^5\.2\.2$/, { ...sesSoftBounce, description: "The mailbox is full" }],
  [/^5\.(2\.3|3\.4)$/, tooBig],
  [/^5\.6\.\d+$/, { ...sesRefusedContent, description: "The content was refused" }],
  [/^4\.\d+\.\d+$/, sesSoftBounce],
];

const enhanced = /(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])/;

/** Words of servers that say no code, or one that means anything. */
const namesUs =
  /block(?:ed)?[ -]?list|black[ -]?list|deny[ -]?list|spamhaus|barracuda|\b(?:rbl|dnsbl|spf|dkim|dmarc)\b|reputation|unauthenticated|relay(?:ing)? (?:access )?(?:denied|not)/i;

/**
 * What the reply of the recipient's server means, which counts before SES's type of the bounce; undefined where the reply
 * says nothing beyond it. The server's text counts before the status that SES gives, and what blames us before both.
 */
export function byReply({ status, diagnostic }: BounceReply): Meaning | undefined {
  const inText = enhanced.exec(diagnostic ?? "")?.[1];
  const codes = [inText ?? "", status?.trim() ?? ""].filter((code) => code !== "" && !/^[45]\.0\.0$/.test(code));
  const meanings = codes.map((code) => byStatus.find(([form]) => form.test(code))?.[1]);
  const blamesUs = meanings.find((meaning) => meaning?.alert !== undefined);
  if (blamesUs) return blamesUs;
  if (codes.length === 0) return namesUs.test(diagnostic ?? "") ? sesRefusedSender : undefined;
  return meanings[0];
}
