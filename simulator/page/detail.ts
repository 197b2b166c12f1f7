import PostalMime from "postal-mime";
import type { MailboxContent, MailContent } from "../core/call.ts";
import type { MailHeader } from "../core/mail.ts";

/** A mail's parts as a reader sees them. */
export interface MailParts {
  readonly headers: readonly MailHeader[];
  readonly html: string | null;
  readonly text: string | null;
  readonly attachments: readonly { readonly name: string; readonly type: string }[];
}

/** Takes a mail apart; only when somebody looks at it, since it costs more than taking the mail did. */
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
