import type { Send } from "#shared/avro/records.ts";
import type { Instant } from "#shared/clock/clock.ts";
import type { Content } from "#shared/message/content.ts";
import type { Person } from "#shared/views/views.ts";
import type { Answer, AnswerTable } from "./core/answer.ts";

/** Where one message goes. For push there is one for each device. */
export interface Target {
  readonly address: string;
  /** The device that the address belongs to; empty where addresses belong to the person. */
  readonly deviceId: string;
}

/**
 * Where a message goes; `none` where the person has no address on the channel, `invalid` where what they have is
 * unusable.
 */
export type Targets = readonly Target[] | "none" | "invalid";

/** One provider call's worth. */
export interface Letter {
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
  send(letter: Letter, signal: AbortSignal): Promise<Answer>;
  /** What each of the provider's codes means. */
  readonly answers: AnswerTable;
  close(): Promise<void>;
}
