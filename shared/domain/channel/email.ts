import { categories } from "../category/category.ts";
import { html, line, prose } from "./content-part.ts";
import type { ChannelDescriptor } from "./descriptor.ts";
import { addressTargets } from "./targets.ts";

/** A mail: MJML compiled to HTML, and the same as plain text. */
export interface EmailContent {
  readonly channel: "EMAIL";
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** Mail. Everything but promotions is on by default (PRF-04). */
export const email: ChannelDescriptor<EmailContent> = {
  channel: "EMAIL",
  targets: ({ person }) => addressTargets(person.profile?.email, sendableEmail),
  normalise: normaliseEmail,
  needsConsent: false,
  onByDefault: categories.filter((category) => category !== "promotions"),
  fallback: [],
  content: {
    parts: { subject: line("subject"), html, text: prose("text") },
    files: {
      subject: "email.subject.liquid",
      // Gmail clips a mail at 102 KB.
      mjml: { body: "email.mjml", preheader: "email.preheader.liquid", htmlBytesMax: 100_000 },
      text: "email.txt.liquid",
      data: null,
    },
    columns: { subject_mjml: "subject", body_mjml: "mjml", body_text: "text" },
  },
};

/**
 * The one spelling by which a mailbox is compared and hashed (decision 34): the whole address in small letters, its domain in
 * ASCII. Providers and identity services change the case of what comes back. Mail goes to `sendableEmail`.
 */
export function normaliseEmail(address: string): string | undefined {
  return sendableEmail(address.toLowerCase());
}

/** The address that mail goes to: the part before the @ keeps its case, because the mail server decides on it. */
function sendableEmail(address: string): string | undefined {
  const text = address.trim();
  const at = text.lastIndexOf("@");
  const local = at > localCharsMax ? "" : text.slice(0, Math.max(at, 0)).normalize("NFC");
  const domain = asciiDomain(text.slice(at + 1));
  return domain && isLocalPart(local) ? `${local}@${domain}` : undefined;
}

/** Above 64 bytes in any spelling. Bringing marks in order costs the square of their number. */
const localCharsMax = 500;

/** RFC 5321 dot-atoms of at most 64 bytes, with RFC 6531 letters. Messages to quoted local parts are not sent. */
function isLocalPart(local: string): boolean {
  return /^[^\s@<>()[\]\\,;:"\p{Cc}.]+(\.[^\s@<>()[\]\\,;:"\p{Cc}.]+)*$/u.test(local) && Buffer.byteLength(local) <= 64;
}

/** At least two labels, none over 63 bytes. An IP address passes the URL host parser, and is not a mail domain. */
function asciiDomain(domain: string): string | undefined {
  const url = new URL("ws://x");
  // The setter leaves the host as it is if the text is none.
  url.hostname = domain;
  const ascii = url.hostname.toLowerCase();
  const fits =
    ascii.length <= 253 && /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/.test(ascii);
  return fits ? ascii : undefined;
}
