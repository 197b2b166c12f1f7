import { bypasses, reasons } from "../message/reason.ts";
import type { Instant } from "../time/instant.ts";
import type { ExplainedMessage } from "./explained-message.ts";

/**
 * The end or the current state of a message, in one sentence. `reporting` has the names of the providers that report what
 * becomes of a message; no other provider does.
 */
export function sentence(message: ExplainedMessage, reporting: ReadonlySet<string>): string {
  const subject = `The ${message.channel} ${message.template} for ${message.causeRef}`;
  const because = message.reason === null ? "" : `: ${describeReason(message.reason)} (${message.reason})`;
  switch (message.status) {
    case "scheduled":
      return `${subject} waits until ${isoTime(message.dueAt)}${because}.`;
    case "queued":
      return `${subject} ${queuedState(message)}.`;
    case "sent":
      return `${subject} was taken by ${takenBy(message.provider, reporting)}.`;
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

function takenBy(provider: string | null, reporting: ReadonlySet<string>): string {
  if (!provider) return "the provider; no feedback has come since";
  if (reporting.has(provider)) return `${provider}; no feedback has come since`;
  return `${provider}, which does not report what becomes of it`;
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
    `${stage} at ${isoTime(recordedAt)}`,
    ...trace.map(({ gate, verdict, reason, detail }) => {
      const code = reason === null ? "" : ` ${reason}`;
      return `  ${mark(verdict)} ${gate.padEnd(14)} ${verdict.toLowerCase()}${code}${detail === "" ? "" : ` — ${detail}`}`;
    }),
  ]);
}

/** Statuses after which the provider's last code is no error. */
const isGood = /^(sent|delivered)$/i;

/** The names by which to search further: ours, the provider's, and the code of its last error. */
export function referenceLines(message: ExplainedMessage): readonly string[] {
  const { msgId, status, provider, providerRef, attempts, lastErrorCode } = message;
  return [
    `msg_id ${msgId}`,
    ...(provider === null ? [] : [`provider ${provider}, reference ${providerRef ?? "none"}, attempts ${attempts}`]),
    ...(lastErrorCode === null || isGood.test(status) ? [] : [`last error ${lastErrorCode}`]),
  ];
}

function mark(verdict: string): string {
  return /^(pass|bypass)$/i.test(verdict) ? "+" : "-";
}

/** A reason in words, as a part of a sentence. */
export function describeReason(reason: string): string {
  const descriptions: Readonly<Record<string, string>> = { ...reasons, ...bypasses };
  return descriptions[reason]?.toLowerCase() ?? "for a reason that this build does not know";
}

/** An instant as people and scripts read it: ISO 8601 in UTC, without milliseconds that are zero. */
export function isoTime(at: Instant | null): string {
  return at === null ? "an unknown time" : new Date(at).toISOString().replace(".000Z", "Z");
}
