import type { Decision, Feedback, Rendered } from "#shared/contracts/records.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import { decidedStatus } from "./decided-status.ts";
import { type MessageRow, unknownParts } from "./message-row.ts";
import { noStamp, stampOf } from "./stamp.ts";

/**
 * The row that a decision describes; for a blocked message there is no other record. A replay that is refused as sent
 * already gives the message neither a reason nor a due time.
 */
export function rowOfDecision(decision: Decision): MessageRow {
  const stamp = stampOf(decision.round, decision.recorded_at, decision.decision_id);
  const isReplay = decision.reason === "COMMS_ALREADY_SENT";
  return {
    ...description(decision, decision.decision_id),
    status: decidedStatus(decision),
    reason: isReplay ? null : decision.reason,
    due_at: isReplay ? null : decision.due_at,
    status_stamp: isReplay ? noStamp : stamp,
    critical: decision.critical,
    decided_stamp: stamp,
  };
}

/** The row that a report describes. */
export function rowOfFeedback(feedback: Feedback): MessageRow {
  const { status, recorded_at, attempt } = feedback;
  const stamp = stampOf(attempt, recorded_at, feedback.feedback_id);
  // Providers name what went well too: `Delivery`, `delivered`.
  const errorCode = status === "SENT" || status === "DELIVERED" ? null : (feedback.provider_code ?? feedback.reason);
  return {
    ...description(feedback, feedback.feedback_id),
    status: status === "UNKNOWN" ? "QUEUED" : status,
    reason: feedback.reason,
    status_stamp: stamp,
    provider: feedback.provider || null,
    provider_ref: feedback.provider_ref,
    provider_stamp: providerStamp(feedback),
    last_error_code: errorCode,
    error_stamp: errorCode === null ? noStamp : stamp,
    cost_micros: feedback.cost_micros,
    currency: feedback.currency,
    cost_stamp: feedback.cost_micros === null ? noStamp : stamp,
    attempts: attempt,
    sent_at: status === "SENT" ? recorded_at : null,
    delivered_at: status === "DELIVERED" ? recorded_at : null,
  };
}

/** The row that a render describes: the message passed the gates, and this is its content. */
export function rowOfRendered(rendered: Rendered): MessageRow {
  const id = `${rendered.msg_id}/${rendered.content_hash}`;
  return {
    ...description(rendered, id),
    status: "QUEUED",
    reason: null,
    status_stamp: noStamp,
    body_rendered_s3: rendered.artifact_ref,
    content_hash: rendered.content_hash,
    rendered_stamp: stampOf(0, rendered.recorded_at, id),
  };
}

/** What all three records have. A record with the locale describes a message better than one without. */
function description(record: Decision | Feedback | Rendered, id: string) {
  return {
    ...unknownParts,
    msg_id: record.msg_id,
    tenant_id: record.tenant_id,
    user_id: record.user_id,
    channel: channelName(record.channel),
    template_name: record.template_name,
    cause_ref: record.cause_ref,
    event_id: record.event_id,
    correlation_id: record.correlation_id,
    cause_event: record.cause_event,
    template_version: record.template_version,
    category_key: record.category,
    locale: record.locale,
    dedupe_key: record.dedupe_key,
    described_stamp: stampOf(record.locale === "" ? 0 : 1, record.recorded_at, id),
    due_at: null,
    created_at: record.recorded_at,
    updated_at: record.recorded_at,
  };
}

/** A report with the provider's reference ranks above one without, a later attempt above an earlier one. */
function providerStamp(feedback: Feedback): string {
  if (feedback.provider === "") return noStamp;
  const weight = (feedback.provider_ref === null ? 0 : 1_000) + Math.min(feedback.attempt, 999);
  return stampOf(weight, feedback.recorded_at, feedback.feedback_id);
}
