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
  readonly gate: string;
  readonly verdict: string;
  readonly reason: string | null;
  /** The end of the wait, where the decision makes the message wait. */
  readonly dueAt: Instant | null;
  readonly trace: readonly ExplainedGate[];
}

/** One message, as the projections have it: `messages-of.sql` selects these fields by these names. Instants in ms. */
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
  readonly lastErrorCode: string | null;
  readonly causeEvent: string;
  readonly causeRef: string;
  readonly createdAt: Instant;
  /** When the event happened; null before a decision is in the table. */
  readonly occurredAt: Instant | null;
  /** When the message was rendered and put on the sender's topic, the last time if more than once. */
  readonly queuedAt: Instant | null;
  readonly sentAt: Instant | null;
  readonly deliveredAt: Instant | null;
  /** Oldest first. */
  readonly decisions: readonly ExplainedDecision[];
}
