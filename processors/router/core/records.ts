import type { Accepted, Decision, DigestItem, Routed, ScheduleItem } from "#shared/contracts/records.ts";
import { laneTopic, type TopicName } from "#shared/contracts/topics.ts";
import { deriveId, personKey } from "#shared/domain/message/id.ts";
import { messageSubject, recordHead } from "#shared/domain/message/record-head.ts";
import type { Deferral } from "#shared/domain/policy/gate-result.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { GateEvaluation, ScheduledEvaluation } from "./gate-evaluation.ts";

/** Encodes a record as the codec does. */
export type Encode = (topic: TopicName, value: object) => Buffer;

/** When records are written, and how the scheduler's payload is encoded. */
export interface WriteContext {
  readonly now: Instant;
  readonly encode: Encode;
}

/** The decision on one message, whether it goes or not. */
export function decisionOf(accepted: Accepted, evaluation: GateEvaluation, now: Instant): Decision {
  const { result, message } = evaluation;
  return {
    ...recordHead(accepted, { msgId: message.msgId, causationId: accepted.accepted_id, recordedAt: now }),
    ...subjectOf(accepted, evaluation),
    decision_id: decisionId(accepted, evaluation),
    stage: "router",
    round: accepted.round,
    critical: accepted.critical,
    gate: evaluation.gate,
    // A bypass passes the message: it shows in the reason, and in the trace at its gate.
    verdict: result.verdict === "BYPASS" ? "PASS" : result.verdict,
    reason: result.verdict === "PASS" ? null : result.reason,
    due_at: result.verdict === "DEFER" ? result.dueAt : null,
    trace: evaluation.trace,
  };
}

/** The message on its way to the renderer, its template's version pinned. */
export function routedOf(accepted: Accepted, evaluation: GateEvaluation, now: Instant): Routed {
  return {
    ...headOf(accepted, evaluation, now),
    ...subjectOf(accepted, evaluation),
    critical: accepted.critical,
    lane: accepted.lane,
    address_hash: evaluation.addressHash,
    payload: accepted.payload,
    expires_at: accepted.expires_at,
    round: accepted.round,
    received_at: accepted.received_at,
  };
}

/** The item on the schedule. The message comes back alone on its channel, one round on, its template's version pinned. */
export function scheduleItemOf(
  accepted: Accepted,
  evaluation: GateEvaluation & { readonly result: Deferral },
  context: WriteContext,
): ScheduleItem {
  const { msgId } = evaluation.message;
  const { kind, dueAt, pauseKey: pause_key = null } = evaluation.result;
  const back = releasedOf(accepted, evaluation, context.now);
  const schedule_id = deriveId("schedule", kind, msgId, accepted.round);
  return { ...itemOf(back, context), schedule_id, msg_id: msgId, kind, due_at: dueAt, pause_key };
}

/**
 * The item on the schedule of a whole record, whose messages wait for their producer's time. It has one for its round: the
 * same event told again with another time replaces it. The template's version is the highest of those that its channels have.
 */
export function recordItemOf(
  accepted: Accepted,
  evaluations: readonly ScheduledEvaluation[],
  context: WriteContext,
): ScheduleItem {
  const [first] = evaluations;
  if (!first) throw new Error("A record waits for at least one message");
  const { kind, dueAt } = first.result;
  const versions = evaluations.flatMap(({ template }) => template?.version ?? []);
  const links = { msgId: null, causationId: decisionId(accepted, first), recordedAt: context.now };
  const back: Accepted = {
    ...accepted,
    ...recordHead(accepted, links),
    template_version: versions.length === 0 ? null : Math.max(...versions),
    round: accepted.round + 1,
  };
  const schedule_id = deriveId("schedule", kind, accepted.accepted_id, accepted.round);
  return { ...itemOf(back, context), schedule_id, msg_id: null, kind, due_at: dueAt };
}

/** What every item says that brings a record back to the router. */
function itemOf(back: Accepted, { now, encode }: WriteContext) {
  const topic = laneTopic("comms.accepted", back.lane);
  return {
    tenant_id: back.tenant_id,
    user_id: back.user_id,
    created_at: now,
    expires_at: back.expires_at,
    target_topic: topic,
    key: personKey(back.tenant_id, back.user_id),
    payload: encode(topic, back),
    headers: {},
    cause_ref: back.cause_ref,
    received_at: back.received_at,
    pause_key: null,
  };
}

/** The record has its own accepted_id, because two channels of one record may be deferred in the same round. */
function releasedOf(accepted: Accepted, evaluation: GateEvaluation, now: Instant): Accepted {
  const { channel } = evaluation.message;
  return {
    ...accepted,
    ...headOf(accepted, evaluation, now),
    accepted_id: deriveId("accepted", accepted.event_id, accepted.user_id, accepted.template_name, channel),
    template_version: evaluation.template?.version ?? null,
    channels: [channel],
    round: accepted.round + 1,
  };
}

/** The message as one item of a digest. */
export function digestItemOf(
  accepted: Accepted,
  evaluation: GateEvaluation & { readonly result: { readonly verdict: "DIGEST"; readonly cadence: string } },
  now: Instant,
): DigestItem {
  const { msgId, channel } = evaluation.message;
  const { cadence } = evaluation.result;
  return {
    ...headOf(accepted, evaluation, now),
    item_id: deriveId("digest-item", cadence, msgId),
    cadence,
    channel,
    cause_event: accepted.cause_event,
    cause_ref: accepted.cause_ref,
    template_name: accepted.template_name,
    category: accepted.category,
    tz: evaluation.tz,
    payload: accepted.payload,
    received_at: accepted.received_at,
  };
}

/** The head of every record that follows from the decision. */
function headOf(accepted: Accepted, evaluation: GateEvaluation, now: Instant) {
  const { msgId } = evaluation.message;
  return recordHead(accepted, { msgId, causationId: decisionId(accepted, evaluation), recordedAt: now });
}

/** The message's own fields; the template's version is pinned. */
function subjectOf(accepted: Accepted, { message, template, locale }: GateEvaluation) {
  const { channel } = message;
  return messageSubject({ ...accepted, channel, template_version: template?.version ?? 0, locale: locale ?? "" });
}

function decisionId(accepted: Accepted, { message }: GateEvaluation): string {
  return deriveId("decision", message.msgId, "router", accepted.round);
}
