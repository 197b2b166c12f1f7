import type { FastifyInstance } from "fastify";
import { openApi } from "./public/events/openapi.ts";
import { type EventParts, eventRoutes } from "./public/events/routes.ts";
import { type UnsubscribeParts, unsubscribeRoutes } from "./public/unsubscribe/routes.ts";
import { type WebhookParts, webhookRoutes } from "./webhooks/routes.ts";

export interface RouteParts {
  readonly events: EventParts;
  readonly webhooks: WebhookParts;
  readonly unsubscribe: UnsubscribeParts;
  /** Without a trailing slash. */
  readonly publicUrl: string;
  readonly version: string;
}

/** Adds every route of the gateway. */
export function gatewayRoutes(app: FastifyInstance, parts: RouteParts): void {
  const document = JSON.stringify(openApi(parts));
  app.get("/openapi.json", (_request, reply) => reply.type("application/json").send(document));
  eventRoutes(app, parts.events);
  webhookRoutes(app, parts.webhooks);
  unsubscribeRoutes(app, parts.unsubscribe);
}
