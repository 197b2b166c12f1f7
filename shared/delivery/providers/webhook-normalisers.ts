import type { WebhookNormalisers } from "#shared/domain/feedback/parsed-webhook.ts";
import { providers } from "./registry.ts";

/** How the webhooks of each registered provider are read. */
export const webhookNormalisers: WebhookNormalisers = new Map(
  providers.flatMap(({ name, webhook }) => (webhook ? [[name, webhook.normalise] as const] : [])),
);
