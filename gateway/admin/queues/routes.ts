import { z } from "zod";
import { type AdminRoute, absent, adminRoute } from "../http/admin-route.ts";
import { type QueueParts, queueNames, readQueues } from "./queue-metrics.ts";

const queue = z.object({
  queue: z.string().describe(queueNames.join(", ")),
  waiting: z.int().describe("Records that are not done, of all tenants"),
  in_flight: z
    .int()
    .nullable()
    .describe("The tenant's messages of the last hour that are decided to go and have no result; null: not known"),
  oldest_age_seconds: z.int().nullable().describe("Age of the oldest record that waits; null where none does"),
  consumers: z.int().describe("Members of the sender's group; 0 where nobody sends"),
});

/** What waits, by the names that runbooks have. */
export function queueRoutes(parts: QueueParts): readonly AdminRoute[] {
  return [
    adminRoute({
      method: "GET",
      path: "/api/v1/system-metrics/queues",
      operationId: "getQueues",
      summary: "Every queue: what waits, what is in flight, how old the oldest is",
      tenants: "any",
      answers: ["Queues", z.array(queue)],
      handle: async ({ caller, now }) => ({
        body: await readQueues(parts, { tenantId: caller.tenantId, now, names: queueNames }),
      }),
    }),
    adminRoute({
      method: "GET",
      path: "/api/v1/system-metrics/queues/{queue}",
      operationId: "getQueue",
      summary: "One queue",
      tenants: "any",
      params: z.object({ queue: z.string() }),
      answers: ["Queue", queue],
      handle: async ({ params, caller, now }) => {
        if (!queueNames.includes(params.queue)) return absent;
        const [body] = await readQueues(parts, { tenantId: caller.tenantId, now, names: [params.queue] });
        return body === undefined ? absent : { body };
      },
    }),
  ];
}
