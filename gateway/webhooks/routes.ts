import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { WebhookContext, WebhookReceiver, WebhookResult } from "#shared/delivery/providers/provider.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { sendProblem } from "../http/problem.ts";
import type { QueryParameters } from "../http/query.ts";
import { bodyOf, markPlain, note } from "../http/request.ts";
import type { Publisher } from "../publisher.ts";
import type { WebhookMeter } from "./meter.ts";
import type { ConfiguredWebhook } from "./webhook-settings.ts";

/**
 * How long a report waits to be written with others, ms: well within the 50 ms in which a provider should have its answer,
 * and some ten are one write where reports come by the hundred a second.
 */
export const webhookLingerMs = 5;

/** The route of one provider. */
export interface OpenWebhook {
  /** The provider's name. */
  readonly provider: string;
  readonly path: string;
  /** The parameters that its URL may have. */
  readonly query: QueryParameters;
  readonly receiver: WebhookReceiver;
}

export interface WebhookParts {
  readonly webhooks: readonly OpenWebhook[];
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly meter: WebhookMeter;
}

/** Opens the receivers of the configured webhooks, and loads what they verify with. */
export async function openWebhooks(
  configured: readonly ConfiguredWebhook[],
  context: WebhookContext,
): Promise<readonly OpenWebhook[]> {
  return Promise.all(
    configured.map(async ({ provider, webhook, accounts }) => ({
      provider,
      path: webhook.path,
      query: Object.fromEntries((webhook.query ?? []).map((name) => [name, "any" as const])),
      receiver: await webhook.open(accounts, context),
    })),
  );
}

/** Adds `POST <path>` for each webhook. What is verified is on the log before it is answered. */
export function webhookRoutes(app: FastifyInstance, { webhooks, publisher, clock, meter }: WebhookParts): void {
  for (const { provider, path, query, receiver } of webhooks) {
    app.post(path, { config: { query } }, async (request, reply) => {
      const { url, headers } = request;
      const result = await receiver.receive({ url, headers, body: bodyOf(request), now: clock.now() });
      if (result.kind === "verified") {
        if (result.isSubscriptionEnd) meter.subscriptionEnded(provider);
        return answer(result, { request, reply, publisher });
      }
      meter.refused(provider, result.code);
      return sendProblem(reply, { code: result.code, detail: result.detail });
    });
  }
}

interface Call {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly publisher: Publisher;
}

async function answer(
  { event: value, notes, status, published, isSubscriptionEnd }: Extract<WebhookResult, { readonly kind: "verified" }>,
  { request, reply, publisher }: Call,
): Promise<FastifyReply> {
  note(request, notes);
  if (value) {
    await publisher.publish({ topic: "comms.provider-events", key: value.provider_event_id, value }, request.headers);
    if (!isSubscriptionEnd) markPlain(request);
  }
  await published?.();
  return reply.code(status).send();
}
