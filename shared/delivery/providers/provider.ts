import type { Pool } from "pg";
import type { ProviderEvent } from "#shared/contracts/records.ts";
import type { BudgetLimits } from "#shared/domain/delivery/rate-budget.ts";
import type { NormaliseWebhook } from "#shared/domain/feedback/parsed-webhook.ts";
import type { KnownChannel } from "#shared/domain/message/channel.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import type { Settings } from "#shared/platform/config/setting.ts";
import type { SubjectSeal } from "#shared/platform/crypto/subject-seal.ts";
import type { UnsubscribeKeys } from "#shared/platform/crypto/unsubscribe-token.ts";
import type { Outbound } from "#shared/platform/http/outbound.ts";
import type { ChannelAdapter } from "../adapter.ts";

/**
 * A provider: one folder with its adapter, its table of answers, its webhook and the table of that, its settings and its
 * README; and its name in `registry.ts`. This part of it is light: SDKs are loaded by `open` and `check`.
 */
export interface Provider<Config extends object = object> {
  /** Its name in labels, records and settings: `ses`. */
  readonly name: string;
  readonly channel: KnownChannel;
  /** What a sender reads for one account. */
  readonly settings: Settings<Config>;
  /** Names that a tenant's account must set, although the default one need not: a value of ours would take its place. */
  readonly requiredOfTenants?: readonly string[];
  /** What else it takes from the process: the sender's configuration then has the settings of it. */
  readonly needs?: readonly ProviderNeed[];
  /** Opens one account. Connects to nothing: the first call does. */
  open(config: Config, context: ProviderContext): Promise<OpenAccount>;
  /**
   * Asks whether an account would take a message, and sends none: it connects and logs in. Gives up when the signal aborts.
   * Absent where there is nothing to ask.
   */
  check?(config: Config, signal: AbortSignal, outbound: Outbound): Promise<CheckResult>;
  readonly webhook?: ProviderWebhook<object>;
}

/** A part of `ProviderContext` that not every provider takes. */
export type ProviderNeed = "gatewayUrl" | "unsubscribeKeys";

/** Whether an account would take a message, or what to do before it does. */
export type CheckResult =
  | { readonly kind: "ok" }
  | {
      readonly kind: "failed";
      /** The provider's code, or that of the network's error. */
      readonly code: string;
      /** What it means and what to do. No secret, no address. */
      readonly advice: string;
    };

/**
 * What a provider takes from the process that hosts it. What it must name in `needs` is a function, and throws where it
 * did not.
 */
export interface ProviderContext {
  readonly clock: Pick<Clock, "now">;
  /** The deadline of a call, ms, for a client that takes no signal. */
  readonly callDeadlineMs: number;
  /** Every call by HTTP connects by this: a proxy may stand before the provider. */
  readonly outbound: Outbound;
  /** The process's own pool, opened when first asked for. */
  postgres(): Pool;
  /** The gateway's public origin, without a trailing slash: links and callbacks lead there. */
  gatewayUrl(): string;
  /** Seals what a webhook should bring back. Absent where its reader looks messages up. */
  readonly subjects?: () => Pick<SubjectSeal, "seal">;
  /** What unsubscribe links are signed with. */
  unsubscribeKeys(): UnsubscribeKeys;
}

/** An account, ready for calls. */
export interface OpenAccount {
  readonly adapter: ChannelAdapter;
  /** How many calls the account lets through. */
  readonly limits: BudgetLimits;
}

/** How a provider reports on messages by HTTP: the gateway verifies with it, and the feedback stage reads with it. */
export interface ProviderWebhook<Config extends object> {
  /** What the gateway reads for one account, without the secrets that only sending needs. */
  readonly settings: Settings<Config>;
  /**
   * The setting whose values belong to one account each, because they say whose an event is. With a value that two have,
   * the events of one would count as the other's.
   */
  readonly exclusive?: { readonly name: string; valuesOf(config: Config): readonly string[] };
  /** The route, below the gateway's origin: `/webhooks/ses`. */
  readonly path: string;
  /** The parameters that its URL may have. Default none; the gateway refuses any other. */
  readonly query?: readonly string[];
  /** One receiver for all accounts of the provider: it takes what is signed for any of them. */
  open(accounts: readonly WebhookAccount<Config>[], context: WebhookContext): Promise<WebhookReceiver>;
  /** Pure. */
  readonly normalise: NormaliseWebhook;
}

/** An account whose reports are taken. */
export interface WebhookAccount<Config extends object> {
  /**
   * Whose account it is; absent for the default one. An event that the account signed is this tenant's, also if
   * the request names another: a tenant that holds a secret must not speak for another.
   */
  readonly tenant?: string;
  readonly config: Config;
}

/** What a webhook takes from the gateway. */
export interface WebhookContext {
  readonly clock: Clock;
  /** The gateway's public origin, with its path if it has one, without a trailing slash. */
  readonly publicUrl: string;
  /** What a receiver fetches or calls goes by this. */
  readonly outbound: Outbound;
}

/** A request to a provider's route, as it came. */
export interface WebhookRequest {
  /** Path and query, unchanged: a signature may cover it. */
  readonly url: string;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
  readonly now: Instant;
}

/** Verifies requests, and reads no more of them than that needs. */
export interface WebhookReceiver {
  /** Has no effect outside. Rejects with a retryable `AppError` if something that the check needs does not answer. */
  receive(request: WebhookRequest): Promise<WebhookResult>;
}

/** What a request is, and its answer. */
export type WebhookResult =
  | {
      readonly kind: "verified";
      /** Published before the answer. Absent if there is nothing to publish: a confirmation, a message that came before. */
      readonly event?: ProviderEvent;
      /** Ids for the log line. */
      readonly notes: Readonly<Record<string, string>>;
      readonly status: 200 | 204;
      /** Whether the provider says that its reports end here. It raises an alarm. */
      readonly isSubscriptionEnd?: boolean;
      /**
       * What else must be done before the answer: a message remembered, a subscription confirmed. Called once the event,
       * if there is one, is on the log, and not if it could not be published. May reject as `receive` does.
       */
      readonly published?: () => void | Promise<void>;
    }
  | { readonly kind: "refused"; readonly code: WebhookRefusalCode; readonly detail: string };

/** The codes of `gateway/http/problem.ts` that a receiver refuses with. `detail` repeats no value of the request. */
export const webhookRefusalCodes = [
  "COMMS_UNSUPPORTED_MEDIA_TYPE",
  "COMMS_PAYLOAD_TOO_LARGE",
  "COMMS_WEBHOOK_MALFORMED",
  "COMMS_WEBHOOK_TOPIC",
  "COMMS_WEBHOOK_STALE",
  "COMMS_WEBHOOK_CERTIFICATE",
  "COMMS_WEBHOOK_NO_STATUS",
  "COMMS_WEBHOOK_SIGNATURE",
] as const;

/** One of `webhookRefusalCodes`. */
export type WebhookRefusalCode = (typeof webhookRefusalCodes)[number];
