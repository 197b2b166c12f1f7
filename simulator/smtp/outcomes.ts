import type { CallRefusal } from "../call-handler.ts";
import { sesOutcomeOf } from "../ses/outcomes.ts";

/** A reply of an SMTP server: the code, and the text, which begins with the enhanced status (RFC 3463). */
export interface Reply {
  readonly code: number;
  readonly text: string;
}

/** The reply with which a recipient is refused at once; undefined if the server accepts the recipient. */
export function refusedRecipient(address: string): Reply | undefined {
  const { delivered, bounce } = sesOutcomeOf(address);
  if (delivered) return undefined;
  const soft = bounce?.type === "Transient";
  return { code: soft ? 450 : 550, text: `${bounce?.status ?? "5.1.1"} <${address}>: Recipient address rejected` };
}

/** A fault as an SMTP server would word it. */
export function replyTo({ kind, status, code }: CallRefusal): Reply {
  if (kind === "rate_limit") return { code: 451, text: "4.7.0 Too many messages, slow down" };
  if (kind === "outage") return { code: 421, text: "4.3.2 Service shutting down" };
  return { code: status ?? 451, text: code ?? `${(status ?? 451) < 500 ? "4.3.0" : "5.3.0"} Refused` };
}
