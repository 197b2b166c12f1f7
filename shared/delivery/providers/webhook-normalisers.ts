import type { WebhookNormalisers } from "#shared/domain/feedback/parsed-webhook.ts";
import { allProviders } from "./registry.ts";

/** How the webhooks of each registered provider are read. */
export const webhookNormalisers: WebhookNormalisers = new Map(
  allProviders.flatMap(({ name, webhook }) => (webhook ? [[name, webhook.normalise] as const] : [])),
);
