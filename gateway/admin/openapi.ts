import { z } from "zod";
import { schemas } from "../openapi/components.ts";
import { header, refusals } from "../openapi/document.ts";
import { tenantHeader } from "./access/require-roles.ts";
import { routeRoles } from "./access/route-roles.ts";
import type { AdminRoute } from "./http/admin-route.ts";

/** The admin API whole, from the schemas that its routes check requests by. */
export function adminOpenApi(routes: readonly AdminRoute[], version: string): object {
  return {
    openapi: "3.1.0",
    info: { title: "Carillon admin", version, description: "Look at what Carillon does, and change how it does it." },
    security: [{ apiKey: [] }],
    paths: {
      ...Object.fromEntries(
        Map.groupBy(routes, ({ path }) => path)
          .entries()
          .map(([path, of]) => [
            path,
            Object.fromEntries(of.map((route) => [route.method.toLowerCase(), operation(route)])),
          ]),
      ),
      "/openapi.json": { get: getDocument },
    },
    components: {
      schemas: {
        ...Object.fromEntries(routes.map(({ answers: [name, schema] }) => [name, z.toJSONSchema(schema)])),
        Problem: schemas.Problem,
      },
      securitySchemes: {
        apiKey: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "carillon_<id>_<secret>",
          description:
            "A key with a role, made by `comms key bootstrap --role`, `comms key create --role` or POST /api/v1/keys",
        },
      },
    },
  };
}

const getDocument = {
  security: [],
  operationId: "getDocument",
  summary: "This document",
  responses: { 200: { description: "OpenAPI 3.1", content: { "application/json": {} } }, ...refusals(400, 429) },
};

function operation(route: AdminRoute): object {
  const { method, path, operationId, summary, description, body, isChange, answers } = route;
  const content = { "application/json": { schema: { $ref: `#/components/schemas/${answers[0]}` } } };
  const statuses = isChange
    ? [400, 401, 403, 404, 408, 409, 412, 413, 415, 422, 429, 503]
    : [400, 401, 403, 404, 429, 503];
  return {
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    "x-role": routeRoles[`${method} ${path}`],
    parameters: [...parametersOf(route), ...headersOf(route)],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: input(body) } } } }),
    responses: {
      "2XX": { description: summary, content },
      ...refusals(...(body === undefined || isChange ? statuses : [...statuses, 408, 413, 415, 422])),
    },
  };
}

function parametersOf({ params, query }: AdminRoute): readonly object[] {
  return [...fieldsOf(params, "path"), ...fieldsOf(query, "query")];
}

function fieldsOf(schema: z.ZodType | undefined, place: "path" | "query"): readonly object[] {
  if (!(schema instanceof z.ZodObject)) return [];
  const { properties = {}, required = [] } = input(schema) as {
    properties?: Record<string, { description?: string }>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: rest,
    ...(description === undefined ? {} : { description }),
  }));
}

function headersOf({ isChange }: AdminRoute): readonly object[] {
  return [
    header(tenantHeader, "The tenant, where the key is for many"),
    header("x-request-id", "An id of the caller's; the answer and the log line have it"),
    ...(isChange
      ? [
          header("Idempotency-Key", "The same key with the same request gets the same answer for 24 hours"),
          header("If-Match", "The ETag of what is changed: 412 where it was changed meanwhile"),
        ]
      : []),
  ];
}

/** What comes in, before defaults and transformations. */
function input(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return rest;
}
