import type { Output } from "#shared/contracts/output.ts";
import type { Decision, GateTrace, ScheduleItem, Send } from "#shared/contracts/records.ts";
import { laneTopic, type TopicName } from "#shared/contracts/topics.ts";
import { deriveId, personKey } from "../message/id.ts";
import type { Reason } from "../message/reason.ts";
import type { Outcome } from "../outcome/outcome.ts";
import type { Instant } from "../time/instant.ts";
import { headOf, type SendReport, senderFeedback } from "./report.ts";
import type { SendDecision } from "./send-decision.ts";

/** What the outcomes of one sender have in common. */
export interface SenderName {
  /** `email-sender`. */
  readonly stage: string;
  /** The express topic it reads. */
  readonly topic: TopicName;
  /** Framed Avro of a send record, as the scheduler will produce it. */
  readonly encode: (topic: TopicName, send: Send) => Buffer;
}

type Wait = Extract<SendDecision, { readonly kind: "wait" }>;
type Drop = Extract<SendDecision, { readonly kind: "drop" }>;

/** The message is over: its report, and whatever goes with it. */
export function reportOutcome(send: Send, report: SendReport, also: readonly Output[] = []): Outcome {
  const feedback: Output = { topic: "comms.feedback", key: keyOf(send), value: senderFeedback(send, report) };
  const outputs = [feedback, ...also];
  return report.reason === null ? { kind: "emit", outputs } : { kind: "drop", reason: report.reason, outputs };
}

/** A no that needs no report: every later try comes to it by itself. */
export function dropOutcome(name: SenderName, send: Send, drop: Drop, now: Instant): Outcome {
  const decision = decisionOutput(name, send, { ...drop, verdict: "DROP", dueAt: null, now });
  if (drop.report) return reportOutcome(send, drop.report, [decision]);
  return { kind: "drop", reason: drop.reason, outputs: [decision] };
}

/** Later, by the schedule: the next attempt, or the same one looked at again. */
export function deferOutcome(name: SenderName, send: Send, wait: Wait, now: Instant): Outcome {
  const verdict = wait.as === "retry" ? "DEFER" : "HOLD";
  const decision = decisionOutput(name, send, { ...wait, verdict, now });
  return { kind: "defer", reason: wait.reason, outputs: [scheduled(name, send, wait, now), decision] };
}

/** Already over, and reported once more by the same id. */
export function repeatOutcome(send: Send, report: SendReport): Outcome {
  const { outputs } = reportOutcome(send, report) as Extract<Outcome, { readonly outputs: readonly Output[] }>;
  return { kind: "drop", reason: report.reason ?? "COMMS_ALREADY_SENT", outputs };
}

function scheduled(name: SenderName, send: Send, { as, dueAt }: Wait, now: Instant): Output {
  const target = laneTopic(name.topic, send.lane);
  const next = as === "retry" ? { ...send, attempt: send.attempt + 1 } : send;
  const value: ScheduleItem = {
    schedule_id: deriveId("schedule", as, send.msg_id, send.attempt),
    tenant_id: send.tenant_id,
    user_id: send.user_id,
    msg_id: send.msg_id,
    kind: as,
    created_at: now,
    due_at: dueAt,
    expires_at: send.expires_at,
    target_topic: target,
    key: keyOf(send),
    payload: name.encode(target, next),
    headers: { "comms-attempt": String(next.attempt) },
  };
  return { topic: "comms.schedule", key: keyOf(send), value };
}

interface Settled {
  readonly gate: string;
  readonly verdict: Decision["verdict"];
  readonly reason: Reason;
  readonly dueAt: Instant | null;
  readonly trace: readonly GateTrace[];
  readonly now: Instant;
}

/** One decision for each attempt, verdict and reason: a message that was held and then dropped has both. */
export function decisionOutput(name: SenderName, send: Send, settled: Settled): Output {
  const { gate, verdict, reason, dueAt, trace, now } = settled;
  const value: Decision = {
    ...headOf(send),
    recorded_at: now,
    decision_id: deriveId("decision", send.msg_id, name.stage, 0, send.attempt, verdict, reason),
    stage: name.stage,
    round: 0,
    critical: send.critical,
    gate,
    verdict,
    reason,
    due_at: dueAt,
    trace: [...trace],
  };
  return { topic: "comms.decisions", key: keyOf(send), value };
}

function keyOf(send: Send): string {
  return personKey(send.tenant_id, send.user_id);
}
