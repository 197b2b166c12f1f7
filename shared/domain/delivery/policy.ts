import type { Instant } from "../time/instant.ts";

/** The bounds that a sender keeps. Every time is in ms. */
export interface SendPolicy {
  /** Provider calls at most for one message. Default 8: about half an hour with the default backoff. */
  readonly maxAttempts: number;
  /** First and longest bound of the full-jitter backoff. Default 2,000 and 15 minutes. */
  readonly baseMs: number;
  readonly maxMs: number;
  /** How old the views may be for a message that is not critical. Default 5,000. */
  readonly viewAgeMsMax: number;
  /** How long a message is held while the table of sent messages does not answer. Default 5,000: while it is down nothing is released either, and one that is slow answers soon. */
  readonly staleHoldMs: number;
  /** How long a message in doubt waits for feedback before it is dropped. Default 15 minutes. */
  readonly ambiguousHoldMs: number;
  /** How often a waiting message is checked. Default 60,000. */
  readonly recheckMs: number;
  /** How long a call may wait for its turn in the rate budget before the stage is paused. Default 2,000. */
  readonly budgetWaitMaxMs: number;
}

/** When a decision is made, and the bounds that it keeps. */
export interface DecisionContext {
  readonly now: Instant;
  readonly policy: SendPolicy;
}

/** The policy of a sender that sets none of its own; each bound has its unit in its name. */
export const defaultPolicy: SendPolicy = {
  maxAttempts: 8,
  baseMs: 2_000,
  maxMs: 15 * 60_000,
  viewAgeMsMax: 5_000,
  staleHoldMs: 5_000,
  ambiguousHoldMs: 15 * 60_000,
  recheckMs: 60_000,
  budgetWaitMaxMs: 2_000,
};
