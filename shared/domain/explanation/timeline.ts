import type { Instant } from "../time/instant.ts";
import { describeDuration } from "./duration.ts";
import { describeReason, isoTime } from "./explain.ts";
import type { ExplainedDecision, ExplainedMessage } from "./explained-message.ts";

/** A decision after which a message waited, and until when. Instants in ms. */
export interface Wait {
  readonly stage: string;
  readonly gate: string;
  readonly reason: string | null;
  readonly from: Instant;
  readonly until: Instant;
}

/** Every wait of the message, the oldest first. An item of a digest has none: its digest is another message. */
export function waitsOf({ decisions }: ExplainedMessage): readonly Wait[] {
  return decisions.flatMap((decision) => waitOf(decision) ?? []);
}

function waitOf({ stage, gate, verdict, reason, recordedAt, dueAt }: ExplainedDecision): Wait | undefined {
  if (dueAt === null || !/^(defer|hold)$/i.test(verdict)) return undefined;
  return { stage, gate, reason, from: recordedAt, until: dueAt };
}

/** Something that happened to the message. */
interface Step {
  readonly name: string;
  readonly at: Instant;
  /** What the line says after the time. */
  readonly detail?: string;
  /** When the step was to be over, where the message waited. */
  readonly until?: Instant;
}

/**
 * A line for each thing that happened to the message, in order, with the time since the one before or since the end of its
 * wait. The last line says how long it took from the event; or, of a message that is under way at `now`, how long it has been.
 * A time that the tables lack has no line.
 */
export function timeLines(message: ExplainedMessage, now: Instant): readonly string[] {
  const steps = stepsOf(message).toSorted((a, b) => a.at - b.at);
  const lines = steps.map((step, at) => {
    const since = at === 0 ? undefined : endOf(steps[at - 1] as Step, step.at);
    const later = since === undefined ? "" : `, ${describeDuration(step.at - since)} later`;
    return `${step.name.padEnd(9)} ${isoTime(step.at)}${later}${step.detail ?? ""}`;
  });
  return message.occurredAt === null ? lines : [...lines, ...lastLine(message, message.occurredAt, now)];
}

function stepsOf({
  occurredAt,
  queuedAt,
  sentAt,
  deliveredAt,
  provider,
  decisions,
}: ExplainedMessage): readonly Step[] {
  const times: readonly (readonly [string, Instant | null, string])[] = [
    ["happened", occurredAt, ""],
    ["queued", queuedAt, ""],
    ["sent", sentAt, provider === null ? "" : `, by ${provider}`],
    ["delivered", deliveredAt, ""],
  ];
  const [happened = [], ...others] = times.map(([name, at, detail]) => (at === null ? [] : [{ name, at, detail }]));
  // Of two things at one time a decision comes before what follows from it.
  return [...happened, ...decisions.map(stepOf), ...others.flat()];
}

function stepOf(decision: ExplainedDecision): Step {
  const { stage, gate, verdict, reason, recordedAt: at } = decision;
  const because = reason === null ? "" : `, ${describeReason(reason)} (${reason})`;
  const wait = waitOf(decision);
  if (wait === undefined) return { name: "decided", at, detail: `, by ${stage}: ${verdict.toLowerCase()}${because}` };
  const { until } = wait;
  const detail = `, by ${stage}, gate ${gate}: until ${isoTime(until)}, ${describeDuration(until - at)}${because}`;
  return { name: "waited", at, detail, until };
}

/** When a step was over, as of the next one: a wait may end early. */
function endOf({ at, until }: Step, next: Instant): Instant {
  return until !== undefined && until <= next ? until : at;
}

function lastLine(message: ExplainedMessage, occurredAt: Instant, now: Instant): readonly string[] {
  const { status, sentAt, deliveredAt, decisions } = message;
  if (status === "queued" || status === "scheduled") {
    const last = decisions.at(-1);
    const until = last && waitOf(last)?.until;
    const since = `now       ${status} for ${describeDuration(now - occurredAt)} since the event`;
    if (until === undefined || until >= now) return [since];
    return [`${since}; its wait ended ${describeDuration(now - until)} ago, and nothing has decided it since`];
  }
  const end = deliveredAt ?? sentAt;
  return end === null ? [] : [`in all    ${describeDuration(end - occurredAt)}`];
}
