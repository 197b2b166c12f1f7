import type { FastifyInstance } from "fastify";
import type { DescribedEvent } from "#catalog/describe-events.ts";
import { sendProblem } from "../../http/problem.ts";

export interface CatalogParts {
  readonly events: readonly DescribedEvent[];
}

const config = { query: { name: "any" }, scope: "catalog:read" } as const;

/** The event catalog: which events there are, what each must hold, and what comes of it. It changes with the release alone. */
export function catalogRoutes(app: FastifyInstance, { events }: CatalogParts): void {
  const whole = JSON.stringify({ events });
  app.get<{ Querystring: { name?: string } }>("/v1/catalog", { config }, (request, reply) => {
    const { name } = request.query;
    if (name === undefined) return reply.type("application/json").send(whole);
    const found = events.find((one) => one.name === name);
    if (found === undefined) {
      return sendProblem(reply, { code: "COMMS_NOT_FOUND", detail: "The event catalog has no event of this name" });
    }
    return reply.type("application/json").send(JSON.stringify({ events: [found] }));
  });
}
