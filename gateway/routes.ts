import type { FastifyInstance } from "fastify";
import { type AccessParts, requireKeys } from "./access/require-keys.ts";
import { openApi } from "./openapi/document.ts";
import { type CancellationParts, cancellationRoutes } from "./public/cancellations/routes.ts";
import { type CatalogParts, catalogRoutes } from "./public/catalog/routes.ts";
import { type EventParts, eventRoutes } from "./public/events/routes.ts";
import { type MessageParts, messageRoutes } from "./public/messages/routes.ts";
import { type UnsubscribeParts, unsubscribeRoutes } from "./public/unsubscribe/routes.ts";
import { type WebhookParts, webhookRoutes } from "./webhooks/routes.ts";

export interface RouteParts {
  readonly access: AccessParts;
  readonly events: Omit<EventParts, "charge">;
  readonly cancellations: CancellationParts;
  readonly messages: MessageParts;
  readonly catalog: CatalogParts;
  readonly webhooks: WebhookParts;
  readonly unsubscribe: UnsubscribeParts;
  /** Without a trailing slash. */
  readonly publicUrl: string;
  readonly version: string;
}

/** Adds every route of the gateway, and before them what asks for a key. */
export function gatewayRoutes(app: FastifyInstance, parts: RouteParts): void {
  const charge = requireKeys(app, parts.access);
  const webhookPaths = parts.webhooks.webhooks.map(({ path }) => path);
  const document = JSON.stringify(openApi({ ...parts, webhookPaths }));
  app.get("/openapi.json", (_request, reply) => reply.type("application/json").send(document));
  eventRoutes(app, { ...parts.events, charge });
  cancellationRoutes(app, parts.cancellations);
  messageRoutes(app, parts.messages);
  catalogRoutes(app, parts.catalog);
  webhookRoutes(app, parts.webhooks);
  unsubscribeRoutes(app, parts.unsubscribe);
}
