import PostalMime from "postal-mime";
import type { MailboxContent, MailContent } from "../core/call.ts";
import type { MailHeader } from "../core/mail.ts";

/** The parts of a mail that the page shows. */
export interface MailParts {
  readonly headers: readonly MailHeader[];
  readonly html: string | null;
  readonly text: string | null;
  readonly attachments: readonly { readonly name: string; readonly type: string }[];
}

/** Parses a mail. Called only when it is looked at, because parsing costs more than accepting the mail. */
export async function partsOf({ headers, content }: Extract<MailboxContent, { kind: "mail" }>): Promise<MailParts> {
  if (!("raw" in content)) return simpleParts(headers, content);
  const { html, text, attachments } = await PostalMime.parse(content.raw);
  return {
    headers,
    html: html ?? null,
    text: text ?? null,
    attachments: attachments.map(({ filename, mimeType }) => ({ name: filename ?? "unnamed", type: mimeType })),
  };
}

function simpleParts(headers: readonly MailHeader[], content: Exclude<MailContent, { raw: unknown }>): MailParts {
  return { headers, html: content.html ?? null, text: content.text ?? null, attachments: [] };
}
