import { callQueryNames } from "#shared/domain/feedback/call-reference.ts";
import type { ProviderWebhook } from "../provider.ts";
import { normaliseTwilio } from "./core/normalise.ts";
import { type TwilioWebhookConfig, twilioWebhookSettings } from "./webhook-settings.ts";

/** Status callbacks of text messages. The URL, which the adapter writes, names tenant and message; the signature covers it. */
export const twilioWebhook: ProviderWebhook<TwilioWebhookConfig> = {
  settings: twilioWebhookSettings,
  path: "/webhooks/twilio/status",
  query: ["tenant", "msg_id", ...callQueryNames],
  open: async (accounts, context) => (await import("./receiver.ts")).openTwilioReceiver(accounts, context),
  normalise: normaliseTwilio,
};
