import type { Output } from "#shared/contracts/output.ts";
import type { Decision, GateTrace, ScheduleItem, Send } from "#shared/contracts/records.ts";
import { laneTopic, type TopicName } from "#shared/contracts/topics.ts";
import { deriveId, personKey } from "../message/id.ts";
import type { Reason } from "../message/reason.ts";
import type { Outcome } from "../outcome/outcome.ts";
import { entriesOfReport } from "../suppression/suppression-entry.ts";
import type { Instant } from "../time/instant.ts";
import { writeDoubt } from "./doubt.ts";
import { type SendReport, senderFeedback, senderHead } from "./report.ts";
import type { SendDecision } from "./send-decision.ts";

/** What the outcomes of one sender share. */
export interface SenderName {
  /** `email-sender`. */
  readonly stage: string;
  /** The express topic it reads. */
  readonly topic: TopicName;
  /** Encodes a send record as framed Avro, as the scheduler will produce it. */
  readonly encode: EncodeSend;
}

/** Encodes an order for a topic. */
export type EncodeSend = (topic: TopicName, send: Send) => Buffer;

/** When an order comes back: as the next attempt, or as the same one. */
export interface ScheduledSend {
  readonly send: Send;
  readonly as: "retry" | "hold";
  readonly dueAt: Instant;
  readonly now: Instant;
  /** When the call began whose result is unknown, if there is one. */
  readonly doubtSince?: Instant;
  /** The key of the flag that it waits for, if that is why. */
  readonly pauseKey?: string;
}

/** The message that an outcome is about, who decided, and when. */
export interface OutcomeContext {
  readonly name: SenderName;
  readonly send: Send;
  readonly now: Instant;
}

type Wait = Extract<SendDecision, { readonly kind: "wait" }>;
type Drop = Extract<SendDecision, { readonly kind: "drop" }>;

/** The message is finished: its report, the entry of the suppression list that follows, and further outputs of the caller. */
export function reportOutcome(send: Send, report: SendReport, also: readonly Output[] = []): Outcome {
  const value = senderFeedback(send, report);
  const feedback: Output = { topic: "comms.feedback", key: keyOf(send), value };
  const outputs = [feedback, ...entriesOfReport(value), ...also];
  return report.reason === null ? { kind: "emit", outputs } : { kind: "drop", reason: report.reason, outputs };
}

/** Drops the message. A drop without a report needs none: every later attempt reaches the same decision. */
export function dropOutcome(context: OutcomeContext, drop: Drop): Outcome {
  const decision = decisionOutput(context, { ...drop, verdict: "DROP", dueAt: null });
  if (drop.report) return reportOutcome(context.send, drop.report, [decision]);
  return { kind: "drop", reason: drop.reason, outputs: [decision] };
}

/** Puts the message on the schedule: its next attempt, or another check of the same one. */
export function deferOutcome(context: OutcomeContext, wait: Wait): Outcome {
  const verdict = wait.as === "retry" ? "DEFER" : "HOLD";
  const decision = decisionOutput(context, { ...wait, verdict });
  return {
    kind: "defer",
    reason: wait.reason,
    outputs: [scheduleSend(context.name, { ...context, ...wait }), decision],
  };
}

/** The message is already finished; its report is written again under the same id. */
export function repeatOutcome(send: Send, report: SendReport): Outcome {
  const { outputs } = reportOutcome(send, report) as Extract<Outcome, { readonly outputs: readonly Output[] }>;
  return { kind: "drop", reason: report.reason ?? "COMMS_ALREADY_SENT", outputs };
}

/** Puts an order on the schedule, for the lane that it came by. One attempt is on it once, whoever puts it there. */
export function scheduleSend(
  { topic, encode }: Pick<SenderName, "topic" | "encode">,
  { send, as, dueAt, now, doubtSince, pauseKey }: ScheduledSend,
): Output {
  const target = laneTopic(topic, send.lane);
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
    payload: encode(target, next),
    headers: { "comms-attempt": String(next.attempt), ...writeDoubt(doubtSince) },
    // A retry waits for minutes, and its sender asks again: a cancellation need not make it due.
    cause_ref: null,
    received_at: send.received_at,
    pause_key: pauseKey ?? null,
  };
  return { topic: "comms.schedule", key: keyOf(send), value };
}

interface DecisionFields {
  readonly gate: string;
  readonly verdict: Decision["verdict"];
  readonly reason: Reason;
  readonly dueAt: Instant | null;
  readonly trace: readonly GateTrace[];
}

/** One decision for each attempt, verdict and reason: a message that was held and then dropped has both. */
function decisionOutput({ name, send, now }: OutcomeContext, fields: DecisionFields): Output {
  const { gate, verdict, reason, dueAt, trace } = fields;
  const value: Decision = {
    ...senderHead(send, now),
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
