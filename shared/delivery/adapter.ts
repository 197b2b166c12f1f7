import type { Send } from "#shared/contracts/records.ts";
import type { Content } from "#shared/domain/channel/channels.ts";
import type { Answer, AnswerTable } from "#shared/domain/delivery/answer.ts";
import type { Target } from "#shared/domain/delivery/target.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/** The message of one provider call, and its target. */
export interface OutboundMessage {
  readonly send: Send;
  readonly content: Content;
  readonly target: Target;
  /** Keyed hash of the address. */
  readonly addressHash: string;
  readonly now: Instant;
}

/** An account with a provider, as senders call it. `providers/provider.ts` has what else a provider is made of. */
export interface ChannelAdapter {
  /**
   * One call, without retries of its own. Never rejects for what the provider or the network did: that is an `Answer`.
   * Gives up when the signal aborts. A rejection is a programming error, and counts as a call with an unknown result.
   */
  send(message: OutboundMessage, signal: AbortSignal): Promise<Answer>;
  /** What each of the provider's codes means. */
  readonly answers: AnswerTable;
  close(): Promise<void>;
}
