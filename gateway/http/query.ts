import type { FastifyInstance } from "fastify";
import { sendProblem } from "./problem.ts";

/** A parameter that a route takes: the values that it may have, or any text. */
export type QueryParameters = Readonly<Record<string, "any" | readonly string[]>>;

declare module "fastify" {
  interface FastifyContextConfig {
    /** The query of the route. Absent: it takes none. `any`: whatever comes is ignored. */
    readonly query?: QueryParameters | "any";
  }
}

/** Refuses a query that its route does not know: a parameter, a value, or one parameter twice. No value is repeated. */
export function checkQueries(app: FastifyInstance): void {
  app.addHook("onRequest", async (request, reply) => {
    const known = request.routeOptions.config.query ?? {};
    if (known === "any") return undefined;
    const issue = queryIssue(request.query as Readonly<Record<string, unknown>>, known);
    return issue === undefined ? undefined : sendProblem(reply, { code: "COMMS_MALFORMED_REQUEST", detail: issue });
  });
}

/** What is wrong with a query; undefined where nothing is. */
export function queryIssue(query: Readonly<Record<string, unknown>>, known: QueryParameters): string | undefined {
  const names = Object.keys(known);
  for (const [name, value] of Object.entries(query)) {
    const values = Object.hasOwn(known, name) ? known[name] : undefined;
    if (values === undefined) {
      return names.length === 0
        ? "This route takes no parameters"
        : `A parameter is unknown: there is ${names.join(", ")}`;
    }
    if (typeof value !== "string") return `${name} is there more than once`;
    if (values !== "any" && !values.includes(value))
      return `${name} is ${values.filter((one) => one !== "").join(", ")}`;
  }
  return undefined;
}
