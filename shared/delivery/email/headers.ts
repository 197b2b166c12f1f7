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
