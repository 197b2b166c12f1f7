import { bypasses, reasons } from "../message/reason.ts";
import type { Instant } from "../time/instant.ts";

/** One gate in an explanation: its name, its verdict and the value that it saw. */
export interface ExplainedGate {
  readonly gate: string;
  readonly verdict: string;
  readonly reason: string | null;
  readonly detail: string;
}

/** One decision in an explanation, with the gates in the order in which they were evaluated. */
export interface ExplainedDecision {
  readonly stage: string;
  readonly recordedAt: Instant;
  readonly verdict: string;
  readonly reason: string | null;
  readonly trace: readonly ExplainedGate[];
}

/** One message, as the projections have it. */
export interface ExplainedMessage {
  readonly msgId: string;
  readonly channel: string;
  readonly template: string;
  readonly version: number;
  readonly locale: string;
  readonly status: string;
  readonly reason: string | null;
  readonly dueAt: Instant | null;
  readonly provider: string | null;
  readonly providerRef: string | null;
  readonly attempts: number;
  readonly causeEvent: string;
  readonly causeRef: string;
  readonly createdAt: Instant;
  readonly decisions: readonly ExplainedDecision[];
}

/** The end or the current state of a message, in one sentence. */
export function sentence(message: ExplainedMessage): string {
  const subject = `The ${message.channel} ${message.template} for ${message.causeRef}`;
  const because = message.reason === null ? "" : `: ${describeReason(message.reason)} (${message.reason})`;
  switch (message.status) {
    case "scheduled":
      return `${subject} waits until ${time(message.dueAt)}${because}.`;
    case "queued":
      return `${subject} ${queuedState(message)}.`;
    case "sent":
      return `${subject} was taken by ${message.provider || "the provider"}; no feedback has come since.`;
    case "delivered":
      return `${subject} was delivered by ${message.provider || "the provider"}.`;
    case "digested":
      return `${subject} was collected for a digest${because}.`;
    case "suppressed":
    case "dropped":
    case "expired":
    case "cancelled":
    case "failed":
      return `${subject} was not sent${because}.`;
    default:
      return `${subject} ${message.status}${because}.`;
  }
}

/** The state of a message that the router let through. A later stage may have deferred it; its status does not show that. */
function queuedState({ decisions }: ExplainedMessage): string {
  const last = decisions.toSorted((a, b) => a.recordedAt - b.recordedAt).at(-1);
  if (last === undefined || last.reason === null || !/^defer$/i.test(last.verdict))
    return "is on its way to the sender";
  return `waits to be tried again by ${last.stage}: ${describeReason(last.reason)} (${last.reason})`;
}

/** A line for every gate, stage by stage, with the value that it saw. */
export function gateLines({ decisions }: ExplainedMessage): readonly string[] {
  return decisions.flatMap(({ stage, recordedAt, trace }) => [
    `${stage} at ${time(recordedAt)}`,
    ...trace.map(({ gate, verdict, reason, detail }) => {
      const code = reason === null ? "" : ` ${reason}`;
      return `  ${mark(verdict)} ${gate.padEnd(14)} ${verdict.toLowerCase()}${code}${detail === "" ? "" : ` — ${detail}`}`;
    }),
  ]);
}

function mark(verdict: string): string {
  return /^(pass|bypass)$/i.test(verdict) ? "+" : "-";
}

function describeReason(reason: string): string {
  const descriptions: Readonly<Record<string, string>> = { ...reasons, ...bypasses };
  return descriptions[reason]?.toLowerCase() ?? "for a reason that this build does not know";
}

function time(at: Instant | null): string {
  return at === null ? "an unknown time" : new Date(at).toISOString().replace(".000Z", "Z");
}
