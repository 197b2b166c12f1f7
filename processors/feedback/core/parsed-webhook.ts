import type { Status } from "#shared/contracts/records.ts";
import type { KnownChannel } from "#shared/domain/message/channel.ts";
import type { Reason } from "#shared/domain/message/reason.ts";

/** What a provider's answer may lead to on the suppression list; as `Feedback.suppress` has it. */
export type Suppress = "hard_bounce" | "complaint" | "unsubscribe" | "stop";

/** What one code of a provider means. */
export interface Meaning {
  readonly status: Status;
  /** What it says, in words without an address. */
  readonly words: string;
  /** Why the message did not arrive, where it did not. */
  readonly reason?: Reason;
  readonly suppress?: Suppress;
  /** The recipient takes a complaint back. */
  readonly lifts?: "complaint";
}

/** What a provider says of one address. */
export interface ProviderReport extends Meaning {
  /** The provider's own code, as it gave it. */
  readonly code: string;
  /** In the clear, for hashing; null where the provider names none. */
  readonly address: string | null;
}

/** A webhook in our words. */
export interface ParsedWebhook {
  readonly kind: "notice";
  readonly channel: KnownChannel;
  /** The message, where the webhook names it. */
  readonly msgId: string | null;
  /** The provider's id of it. */
  readonly providerRef: string | null;
  readonly reports: readonly ProviderReport[];
  /** An event or code that no table has. */
  readonly unknown?: string;
}

export type NormalisedWebhook =
  | ParsedWebhook
  /** Nothing that any table of ours keeps: a click, a progress report. */
  | { readonly kind: "nothing"; readonly unknown?: string }
  /** No webhook of this provider; a sentence without a value of it. */
  | { readonly kind: "unreadable"; readonly why: string };
