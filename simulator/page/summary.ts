import type { MailboxEntry } from "./mailbox.ts";

/** A message in the page's lists. */
export interface Summary {
  readonly id: string;
  readonly kind: "mail" | "text" | "push";
  readonly time: string;
  readonly provider: string;
  readonly from: string;
  readonly to: string;
  readonly title: string;
  readonly text: string;
  readonly msgId: string | null;
  readonly fault: string | null;
}

export function entrySummary({ entry, shown }: MailboxEntry): Summary {
  return {
    id: entry.call_id,
    kind: shown.kind,
    time: entry.time,
    provider: entry.provider,
    from: shown.kind === "push" ? "" : shown.from,
    to: (entry.recipients ?? [entry.recipient ?? ""]).join(", "),
    title: shown.kind === "mail" ? shown.subject : shown.kind === "push" ? shown.title : "",
    text: shown.kind === "mail" ? "" : shown.text,
    msgId: entry.msg_id ?? null,
    fault: entry.fault ?? null,
  };
}
