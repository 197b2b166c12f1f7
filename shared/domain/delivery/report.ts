import type { Feedback, Send } from "#shared/contracts/records.ts";
import { deriveId } from "../message/id.ts";
import type { Reason } from "../message/reason.ts";
import { messageSubject, recordHead } from "../message/record-head.ts";
import type { Instant } from "../time/instant.ts";

/** The end of a message at the sender. The ledger keeps it as its note until `comms.feedback` holds it. */
export interface SendReport {
  readonly status: "SENT" | "FAILED" | "DROPPED";
  readonly at: Instant;
  readonly attempt: number;
  readonly provider: string;
  readonly ref: string | null;
  readonly addressHash: string | null;
  readonly reason: Reason | null;
  readonly code: string | null;
  readonly detail: string;
  readonly suppress: string | null;
  readonly ambiguous: boolean;
}

/** The fields that every record of a sender begins with. Its cause is the message. */
export function senderHead(send: Send, recordedAt: Instant) {
  const links = { msgId: send.msg_id, causationId: send.msg_id, recordedAt };
  return { ...recordHead(send, links), ...messageSubject(send) };
}

/** The feedback record of a report. The same report always gives the same record and id. */
export function senderFeedback(send: Send, report: SendReport): Feedback {
  const { status, at, attempt, provider, ref, addressHash, reason, code, detail, suppress, ambiguous } = report;
  return {
    ...senderHead(send, at),
    feedback_id: deriveId("feedback", send.msg_id, attempt, status, ""),
    status,
    origin: "SENDER",
    attempt,
    provider,
    provider_ref: ref,
    address_hash: addressHash,
    reason,
    provider_code: code,
    detail,
    suppress,
    ambiguous,
    artifact_ref: send.artifact_ref,
    cost_micros: null,
    currency: null,
    queued_at: send.queued_at,
  };
}
