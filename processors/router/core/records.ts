import type { Accepted, Decision, DigestItem, Routed, ScheduleItem } from "#shared/contracts/records.ts";
import { laneTopic, type TopicName } from "#shared/contracts/topics.ts";
import { deriveId, personKey } from "#shared/domain/message/id.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { GateEvaluation } from "./gate-evaluation.ts";
import type { GateResult } from "./gate-result.ts";

/** Frames a record as the codec does. */
export type Encode = (topic: TopicName, value: object) => Buffer;

/** The decision on one message: yes or no, it is told. */
export function decisionOf(accepted: Accepted, ruling: GateEvaluation, now: Instant): Decision {
  const { result: outcome, message } = ruling;
  return {
    ...headOf(accepted, now),
    msg_id: message.msgId,
    causation_id: accepted.accepted_id,
    decision_id: decisionId(accepted, ruling),
    stage: "router",
    round: accepted.round,
    channel: message.channel,
    cause_event: accepted.cause_event,
    cause_ref: accepted.cause_ref,
    template_name: accepted.template_name,
    template_version: ruling.template?.version ?? 0,
    category: accepted.category,
    critical: accepted.critical,
    locale: ruling.locale ?? "",
    dedupe_key: accepted.dedupe_key,
    gate: ruling.gate,
    // A bypass is a yes: it shows in the reason, and in the trace at its gate.
    verdict: outcome.verdict === "BYPASS" ? "PASS" : outcome.verdict,
    reason: outcome.verdict === "PASS" ? null : outcome.reason,
    due_at: outcome.verdict === "DEFER" ? outcome.dueAt : null,
    trace: ruling.trace,
  };
}

/** The message on its way to the renderer, its template's version pinned. */
export function routedOf(accepted: Accepted, ruling: GateEvaluation, now: Instant): Routed {
  return {
    ...headOf(accepted, now),
    msg_id: ruling.message.msgId,
    causation_id: decisionId(accepted, ruling),
    channel: ruling.message.channel,
    cause_event: accepted.cause_event,
    cause_ref: accepted.cause_ref,
    template_name: accepted.template_name,
    template_version: ruling.template?.version ?? 0,
    category: accepted.category,
    critical: accepted.critical,
    lane: accepted.lane,
    locale: ruling.locale ?? "",
    dedupe_key: accepted.dedupe_key,
    address_hash: ruling.addressHash,
    payload: accepted.payload,
    expires_at: accepted.expires_at,
    round: accepted.round,
  };
}

export type Deferral = Extract<GateResult, { verdict: "DEFER" }>;

/** The message on the schedule: as it will come back, alone on its channel, one round on, its template's version pinned. */
export function scheduleItemOf(
  accepted: Accepted,
  ruling: GateEvaluation,
  deferral: Deferral,
  given: { now: Instant; encode: Encode },
): ScheduleItem {
  const { msgId } = ruling.message;
  const topic = laneTopic("comms.accepted", accepted.lane);
  return {
    schedule_id: deriveId("schedule", deferral.kind, msgId, accepted.round),
    tenant_id: accepted.tenant_id,
    user_id: accepted.user_id,
    msg_id: msgId,
    kind: deferral.kind,
    created_at: given.now,
    due_at: deferral.dueAt,
    expires_at: accepted.expires_at,
    target_topic: topic,
    key: personKey(accepted.tenant_id, accepted.user_id),
    payload: given.encode(topic, releasedOf(accepted, ruling, given.now)),
    headers: {},
  };
}

/** Its own accepted_id, as two channels of one record may be deferred in the same round. */
function releasedOf(accepted: Accepted, ruling: GateEvaluation, now: Instant): Accepted {
  const { msgId, channel } = ruling.message;
  return {
    ...accepted,
    recorded_at: now,
    msg_id: msgId,
    causation_id: decisionId(accepted, ruling),
    accepted_id: deriveId("accepted", accepted.event_id, accepted.user_id, accepted.template_name, channel),
    template_version: ruling.template?.version ?? null,
    channels: [channel],
    round: accepted.round + 1,
  };
}

/** The message as one item of a digest. */
export function digestItemOf(accepted: Accepted, ruling: GateEvaluation, cadence: string, now: Instant): DigestItem {
  const { msgId, channel } = ruling.message;
  return {
    ...headOf(accepted, now),
    msg_id: msgId,
    causation_id: decisionId(accepted, ruling),
    item_id: deriveId("digest-item", cadence, msgId),
    cadence,
    channel,
    cause_event: accepted.cause_event,
    cause_ref: accepted.cause_ref,
    template_name: accepted.template_name,
    category: accepted.category,
    tz: ruling.tz,
    payload: accepted.payload,
  };
}

function headOf({ event_id, occurred_at, tenant_id, user_id, correlation_id }: Accepted, now: Instant) {
  return { event_id, occurred_at, recorded_at: now, tenant_id, user_id, correlation_id };
}

function decisionId(accepted: Accepted, { message }: GateEvaluation): string {
  return deriveId("decision", message.msgId, "router", accepted.round);
}
