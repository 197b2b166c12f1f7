import { type FilledTexts, prose } from "./content-part.ts";
import type { ChannelDescriptor } from "./descriptor.ts";
import { normalisePhone } from "./phone.ts";
import { addressTargets } from "./targets.ts";

/** A text of any length: the provider cuts it into segments. */
export interface SmsContent {
  readonly channel: "SMS";
  readonly text: string;
}

/** Texts. They need a consent by law (TCPA, PRF-06). */
export const sms: ChannelDescriptor<SmsContent> = {
  channel: "SMS",
  targets: ({ person }) => addressTargets(person.profile?.phone, normalisePhone),
  normalise: normalisePhone,
  needsConsent: true,
  onByDefault: ["security"],
  fallback: ["EMAIL", "INAPP"],
  content: {
    parts: { text: plainText },
    files: { subject: null, mjml: null, text: "sms.txt.liquid", data: null },
    columns: { sms_text: "text" },
  },
};

const plain: Readonly<Record<string, string>> = {
  "\u2018": "'",
  "\u2019": "'",
  "\u201c": '"',
  "\u201d": '"',
  "\u2013": "-",
  "\u2014": "-",
  "\u2026": "...",
  "\u00a0": " ",
  "\u202f": " ",
  "\u2009": " ",
};

/** Prose with typography that GSM-7 lacks written plainly: one curly quote would make a text of 160 characters cost three segments. */
function plainText(texts: FilledTexts): string {
  return prose("text")(texts).replaceAll(
    /[\u2018\u2019\u201c\u201d\u2013\u2014\u2026\u00a0\u202f\u2009]/g,
    (mark) => plain[mark] ?? mark,
  );
}
