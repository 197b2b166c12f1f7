import type { Feedback, Send } from "#shared/contracts/records.ts";
import { deriveId } from "../message/id.ts";
import type { Reason } from "../message/reason.ts";
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

/** The fields of a message that every record of a sender repeats. */
export function headOf(send: Send) {
  return {
    event_id: send.event_id,
    occurred_at: send.occurred_at,
    tenant_id: send.tenant_id,
    user_id: send.user_id,
    msg_id: send.msg_id,
    correlation_id: send.correlation_id,
    causation_id: send.msg_id,
    channel: send.channel,
    cause_event: send.cause_event,
    cause_ref: send.cause_ref,
    template_name: send.template_name,
    template_version: send.template_version,
    category: send.category,
    locale: send.locale,
    dedupe_key: send.dedupe_key,
  };
}

/** The feedback record of a report. The same report always gives the same record and id. */
export function senderFeedback(send: Send, report: SendReport): Feedback {
  const { status, at, attempt, provider, ref, addressHash, reason, code, detail, suppress, ambiguous } = report;
  return {
    ...headOf(send),
    recorded_at: at,
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
