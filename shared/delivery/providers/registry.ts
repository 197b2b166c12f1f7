import type { Provider } from "./provider.ts";
import { sesWebhook } from "./ses/webhook.ts";
import { twilioWebhook } from "./twilio/webhook.ts";

/** What the gateway and the feedback stage know of a provider. */
export type WebhookProvider = Pick<Provider, "name" | "channel" | "webhook">;

/** Every provider. The first of a channel is its default. */
export const allProviders: readonly WebhookProvider[] = [
  { name: "ses", channel: "EMAIL", webhook: sesWebhook },
  { name: "twilio", channel: "SMS", webhook: twilioWebhook },
];
