import type { MailHeader } from "./mail.ts";

/** The providers that are doubled. */
export const providers = ["ses", "fcm", "twilio", "smtp"] as const;
export type ProviderName = (typeof providers)[number];

/** What a call is about, as far as its bytes say. */
export interface Call {
  readonly provider: ProviderName;
  /** The provider's own name of the operation: `SendEmail`, `messages:send`, `Messages.create`. */
  readonly operation: string;
  readonly channel: "email" | "push" | "sms";
  /** Addresses, tokens or numbers, in the order of the wire. Empty if the call names none. */
  readonly recipients: readonly string[];
  readonly msgId?: string | undefined;
  readonly tenant?: string | undefined;
}

/** An HTTP answer as data. An object is written as JSON, a string as it is. */
export interface ProviderResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A provider's decision about a call. */
export interface CallVerdict {
  /** `accepted` if a message was taken, `ok` for any other success, else the provider's error code. */
  readonly outcome: string;
  readonly answer: ProviderResponse;
  /** The id by which the provider knows the message from now on. */
  readonly ref?: string | undefined;
  readonly callbacks?: readonly Callback[] | undefined;
  readonly shown?: MailboxContent | undefined;
}

/** One HTTP request that the provider has still to make to the gateway. */
export interface Callback {
  readonly provider: ProviderName;
  /** What it reports: `Delivery`, `sent`. */
  readonly event: string;
  readonly url: string;
  /** Milliseconds after the answer. */
  readonly delayMs: number;
  /** Builds and signs the request; called once, when it is first due, and never again for a retry. */
  readonly build: () => { readonly headers: Readonly<Record<string, string>>; readonly body: string };
}

/** What the page shows of a message that was taken. */
export type MailboxContent =
  | {
      readonly kind: "mail";
      readonly from: string;
      readonly subject: string;
      readonly headers: readonly MailHeader[];
      readonly content: MailContent;
    }
  | { readonly kind: "text"; readonly from: string; readonly text: string }
  | {
      readonly kind: "push";
      readonly title: string;
      readonly text: string;
      readonly data: Readonly<Record<string, string>>;
    };

/** A mail's content: raw MIME, or separate parts. */
export type MailContent = { readonly raw: Uint8Array } | { readonly text?: string; readonly html?: string };

/** An answer with a JSON body. */
export function json(status: number, value: object, headers: Readonly<Record<string, string>> = {}): ProviderResponse {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(value) };
}
