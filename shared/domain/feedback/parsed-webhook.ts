import type { Status } from "#shared/contracts/records.ts";
import type { AlertLevel, AnswerRow } from "../delivery/answer.ts";
import type { KnownChannel } from "../message/channel.ts";
import type { Reason } from "../message/reason.ts";
import type { CallReference } from "./call-reference.ts";

/** What a provider's answer puts on the suppression list: the values of `Feedback.suppress`. */
export type Suppress = "hard_bounce" | "complaint" | "unsubscribe" | "stop";

/** What one code of a provider means. */
export interface Meaning {
  readonly status: Status;
  /** What it says, in a sentence without an address. */
  readonly description: string;
  /** Why the message did not arrive, if it did not. */
  readonly reason?: Reason;
  readonly suppress?: Suppress;
  /** The recipient takes a complaint back. */
  readonly lifts?: "complaint";
  /** The next attempt that is made in place of the failure, while there is one. */
  readonly retry?: Pick<AnswerRow, "tries" | "baseMs">;
  /** The alert that it raises: what is wrong is ours. */
  readonly alert?: AlertLevel;
}

/** What a provider says of one address. */
export interface ProviderReport extends Meaning {
  /** The provider's own code, unchanged. */
  readonly code: string;
  /** In the clear, for hashing; null if the provider names none. */
  readonly address: string | null;
}

/** A webhook in our terms. */
export interface ParsedWebhook {
  readonly kind: "parsed";
  readonly channel: KnownChannel;
  /** The message, if the webhook names it. */
  readonly msgId: string | null;
  /** The provider's id of it. */
  readonly providerRef: string | null;
  /** What our call said of itself, as far as the webhook repeats it. */
  readonly call?: CallReference;
  /** What its report repeats of the message, sealed by the sender (`SubjectSeal`), if the webhook brings it along. */
  readonly sealedSubject?: string;
  readonly reports: readonly ProviderReport[];
  /** An event or code that no table has. */
  readonly unknown?: string;
}

/** The result of reading a body. */
export type NormalisedWebhook =
  | ParsedWebhook
  /** Nothing that our tables keep: a click, a progress report. */
  | { readonly kind: "nothing"; readonly unknown?: string }
  /** Not a webhook of this provider. `why` is a sentence without a value of it. */
  | { readonly kind: "unreadable"; readonly why: string };

/**
 * Reads a verified body of one provider in our terms; `msgId` is the message that the route's query names, if it does, and
 * `query` that query. Total: it never throws, for any text.
 */
export type NormaliseWebhook = (text: string, msgId: string | null, query?: string | null) => NormalisedWebhook;

/** Each provider's reading, by the provider's name, as records have it. */
export type WebhookNormalisers = ReadonlyMap<string, NormaliseWebhook>;
