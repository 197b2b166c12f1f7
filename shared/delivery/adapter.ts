import type { Send } from "#shared/contracts/records.ts";
import type { Answer, AnswerTable } from "#shared/domain/delivery/answer.ts";
import type { Target, Targets } from "#shared/domain/delivery/target.ts";
import type { Content } from "#shared/domain/message/content.ts";
import type { Person } from "#shared/domain/recipient/person.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/** One provider call's worth. */
export interface OutboundMessage {
  readonly send: Send;
  readonly content: Content;
  readonly target: Target;
  /** Keyed hash of the address. */
  readonly addressHash: string;
  readonly now: Instant;
}

/**
 * A provider, as senders see it. To add one: write this, its table of answers, and a line in the sender's registry.
 */
export interface ChannelAdapter {
  /** As labels and records name it: `ses`. */
  readonly provider: string;
  /** Where this person is written to, from the profile as it is now. Pure. */
  targets(person: Person, send: Send): Targets;
  /**
   * One call, without retries of its own. Never rejects for what the provider or the network did: that is an `Answer`.
   * Gives up when the signal aborts. A rejection is a fault of ours, and counts as a call of which the end is unknown.
   */
  send(letter: OutboundMessage, signal: AbortSignal): Promise<Answer>;
  /** What each of the provider's codes means. */
  readonly answers: AnswerTable;
  close(): Promise<void>;
}
