import { bypasses, reasons } from "../message/reason.ts";
import type { Instant } from "../time/instant.ts";

/** One gate as it is told: the rule and the value that it saw. */
export interface ExplainedGate {
  readonly gate: string;
  readonly verdict: string;
  readonly reason: string | null;
  readonly detail: string;
}

/** One decision as it is told, with the gates in the order in which they were asked. */
export interface ExplainedDecision {
  readonly stage: string;
  readonly recordedAt: Instant;
  readonly verdict: string;
  readonly reason: string | null;
  readonly trace: readonly ExplainedGate[];
}

/** All that is known of one message, as the projections have it. */
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

/** What became of a message, in one sentence. */
export function sentence(message: ExplainedMessage): string {
  const subject = `The ${message.channel} ${message.template} for ${message.causeRef}`;
  const because = message.reason === null ? "" : `: ${words(message.reason)} (${message.reason})`;
  switch (message.status) {
    case "scheduled":
      return `${subject} waits until ${time(message.dueAt)}${because}.`;
    case "queued":
      return `${subject} ${underWay(message)}.`;
    case "sent":
      return `${subject} was taken by ${message.provider || "the provider"}; nothing has been heard of it since.`;
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

/** A message that was let through, and that a later stage may have put off since: its status does not go back for that. */
function underWay({ decisions }: ExplainedMessage): string {
  const last = decisions.toSorted((a, b) => a.recordedAt - b.recordedAt).at(-1);
  if (last === undefined || last.reason === null || !/^defer$/i.test(last.verdict))
    return "is on its way to the sender";
  return `waits to be tried again by ${last.stage}: ${words(last.reason)} (${last.reason})`;
}

/** A line for every gate that was asked, stage by stage, with the value it saw. */
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

function words(reason: string): string {
  const known: Readonly<Record<string, string>> = { ...reasons, ...bypasses };
  return known[reason]?.toLowerCase() ?? "for a reason that this build does not know";
}

function time(at: Instant | null): string {
  return at === null ? "an unknown time" : new Date(at).toISOString().replace(".000Z", "Z");
}
