import type { ProviderWebhook } from "../provider.ts";
import { normaliseSes } from "./core/normalise.ts";
import { type SesWebhookConfig, sesWebhookSettings } from "./webhook-settings.ts";

/** SES's events, as SNS posts them. */
export const sesWebhook: ProviderWebhook<SesWebhookConfig> = {
  settings: sesWebhookSettings,
  exclusive: { name: "COMMS_SNS_TOPIC_ARNS", valuesOf: ({ COMMS_SNS_TOPIC_ARNS: topics }) => topics },
  path: "/webhooks/ses",
  open: async (accounts, context) => (await import("./sns/receiver.ts")).openSnsReceiver(accounts, context),
  normalise: normaliseSes,
};
