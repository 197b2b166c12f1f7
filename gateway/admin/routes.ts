import type { FastifyInstance } from "fastify";
import type { Pool } from "pg";
import type { ApiKeyTable } from "#shared/control/keys/api-keys.ts";
import type { CommandClients } from "#shared/control/run-command.ts";
import type { AddressHasher } from "#shared/platform/crypto/address-hash.ts";
import type { AccessParts } from "../access/require-keys.ts";
import type { Idempotency } from "../public/events/idempotency.ts";
import { requireRoles } from "./access/require-roles.ts";
import { approvalRoutes } from "./approvals/routes.ts";
import { auditRoutes } from "./audit/routes.ts";
import { failureRoutes } from "./failures/routes.ts";
import { flagRoutes } from "./flags/routes.ts";
import { createRunChange } from "./http/change.ts";
import { mountRoutes } from "./http/mount.ts";
import { keyRoutes } from "./keys/routes.ts";
import { adminMessageRoutes } from "./messages/routes.ts";
import { adminOpenApi } from "./openapi.ts";
import type { QueueParts } from "./queues/queue-metrics.ts";
import { queueRoutes } from "./queues/routes.ts";
import { suppressionRoutes } from "./suppressions/routes.ts";

export interface AdminApiParts {
  readonly access: AccessParts;
  readonly pool: Pool;
  readonly keys: ApiKeyTable;
  readonly clients: CommandClients;
  readonly queues: QueueParts;
  readonly hasher: Pick<AddressHasher, "hash" | "hashes">;
  readonly idempotency: Idempotency;
  readonly version: string;
}

/** Adds every route of the admin API, and before them what asks for a key with a role. */
export function adminRoutes(app: FastifyInstance, parts: AdminApiParts): void {
  const { pool, clients } = parts;
  const change = createRunChange(clients);
  const routes = [
    ...queueRoutes(parts.queues),
    ...failureRoutes({ pool }),
    ...adminMessageRoutes({ pool }),
    ...flagRoutes({ pool, change }),
    ...suppressionRoutes({ pool, hasher: parts.hasher, change }),
    ...keyRoutes(parts.keys),
    ...auditRoutes({ pool }),
    ...approvalRoutes(clients),
  ];
  requireRoles(app, parts.access);
  const document = JSON.stringify(adminOpenApi(routes, parts.version));
  app.get("/openapi.json", (_request, reply) => reply.type("application/json").send(document));
  mountRoutes(app, routes, { clock: clients.clock, idempotency: parts.idempotency });
}
