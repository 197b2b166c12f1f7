import type { Scope } from "#shared/domain/access/scope.ts";
import { problems } from "../http/problem.ts";
import { batchEventsMax } from "../public/events/batch.ts";
import { messagesPageMax } from "../public/messages/event-messages.ts";
import { type SchemaName, schemas, securitySchemes } from "./components.ts";

export interface OpenApiParts {
  readonly publicUrl: string;
  readonly version: string;
  /** The path of each provider's webhook that is mounted. */
  readonly webhookPaths: readonly string[];
}

/** The HTTP API whole, built from the schemas that the routes check requests with. */
export function openApi({ publicUrl, version, webhookPaths }: OpenApiParts): object {
  return {
    openapi: "3.1.0",
    info: { title: "Carillon", version, description: "Send what happened; Carillon decides who is notified." },
    servers: [{ url: publicUrl }],
    security: [{ apiKey: [] }],
    paths: {
      "/v1/events": { post: postEvent },
      "/v1/events/batch": { post: postBatch },
      "/v1/cancellations": { post: postCancellation },
      "/v1/messages": { get: getMessages },
      "/v1/catalog": { get: getCatalog },
      "/openapi.json": { get: getDocument },
      "/unsubscribe/{token}": unsubscribe,
      ...Object.fromEntries(webhookPaths.map((path) => [path, { post: postWebhook }])),
    },
    components: { schemas, securitySchemes },
  };
}

const writeParameters = [
  header("Idempotency-Key", "The same key with the same body gets the same answer for 24 hours"),
  header("x-request-id", "An id of the caller's; the answer and the gateway's log line have it"),
  header("traceparent", "W3C trace context; the event's records carry on from it"),
  {
    name: "dry_run",
    in: "query",
    schema: { type: "boolean" },
    description: "Check the event and write nothing",
  },
];

const postEvent = {
  operationId: "postEvent",
  summary: "Produce an event",
  ...needs("events:write"),
  description: "Answers 202 once the log holds the event. Produced again under the same ids, it notifies nobody twice.",
  parameters: writeParameters,
  requestBody: { required: true, content: { "application/json": { schema: reference("Event") } } },
  responses: {
    200: answer("What would be accepted (dry_run)", "Judged"),
    202: answer("The log holds the event", "Taken"),
    ...refusals(400, 401, 403, 408, 409, 413, 415, 422, 429, 503),
  },
};

const postBatch = {
  operationId: "postEvents",
  summary: `Produce up to ${batchEventsMax} events`,
  ...needs("events:write"),
  description:
    "Answers an item each, in their order: the status and the body that the event would get alone. One that is refused holds no other back. Each counts for the rate of the key. The answer of a batch with a 503 in it is not kept under its Idempotency-Key: send the same again.",
  parameters: writeParameters,
  requestBody: { required: true, content: { "application/json": { schema: reference("EventBatch") } } },
  responses: {
    200: answer("An answer an item", "BatchAnswer"),
    ...refusals(400, 401, 403, 408, 409, 413, 415, 422, 429, 503),
  },
};

const postCancellation = {
  operationId: "postCancellation",
  summary: "Cancel what an event has not sent yet",
  ...needs("events:write"),
  description:
    "Every message of the cause_ref whose event was taken before ends as cancelled, critical or not; an event that is sent after the answer is not bound. The answer comes two seconds later, when that holds at every gateway. What a provider has taken cannot be taken back.",
  parameters: writeParameters.slice(0, 3),
  requestBody: { required: true, content: { "application/json": { schema: reference("Cancellation") } } },
  responses: {
    202: answer("The log holds the cancellation", "Cancelled"),
    ...refusals(400, 401, 403, 408, 409, 413, 415, 422, 429, 503),
  },
};

const getMessages = {
  operationId: "getMessages",
  summary: "What became of an event",
  ...needs("messages:read"),
  description: `The messages of one cause_ref or one event_id, of the key's tenant alone, up to ${messagesPageMax} a page, and what intake refused of the cause. A moment behind the log: an event that was just taken has no messages yet.`,
  parameters: [
    query("cause_ref", "The producer's reference of what happened. One of this and event_id"),
    query("event_id", "The id that POST /v1/events answered"),
    query("after", "`next` of the page before"),
  ],
  responses: { 200: answer("The messages", "Messages"), ...refusals(400, 401, 403, 429, 503) },
};

const getCatalog = {
  operationId: "getCatalog",
  summary: "Which events there are",
  ...needs("catalog:read"),
  parameters: [query("name", "One event alone")],
  responses: { 200: answer("The event catalog", "Catalog"), ...refusals(400, 401, 403, 404, 429, 503) },
};

const open = { security: [] };

const getDocument = {
  ...open,
  operationId: "getDocument",
  summary: "This document",
  responses: { 200: { description: "OpenAPI 3.1", content: { "application/json": {} } }, ...refusals(400, 429) },
};

const page = { description: "A page", content: { "text/html": {} } };
const unsubscribe = {
  parameters: [{ name: "token", in: "path", required: true, schema: { type: "string" } }],
  get: {
    ...open,
    operationId: "showUnsubscribe",
    summary: "The page behind a link of a mail; it changes nothing",
    responses: { 200: page, 400: page },
  },
  post: {
    ...open,
    operationId: "unsubscribe",
    summary: "Unsubscribe by one click (RFC 8058)",
    responses: { 200: page, 400: page, 503: page },
  },
};

const postWebhook = {
  ...open,
  summary: "A provider's report, which its signature opens",
  responses: {
    200: { description: "Taken" },
    204: { description: "Taken" },
    ...refusals(400, 403, 413, 415, 422, 503),
  },
};

function needs(scope: Scope): object {
  return { "x-scope": scope };
}

/** The refusals of a route, each with what its codes mean. */
export function refusals(...statuses: readonly number[]): object {
  return Object.fromEntries(statuses.map((status) => [status, answer(titles(status), "Problem")]));
}

function titles(status: number): string {
  const found = Object.entries(problems).filter(([, problem]) => problem.status === status);
  return found.map(([code, { title }]) => `${code}: ${title}`).join("; ");
}

/** A header that a request may have. */
export function header(name: string, description: string): object {
  return { name, in: "header", required: false, schema: { type: "string" }, description };
}

function query(name: string, description: string): object {
  return { name, in: "query", required: false, schema: { type: "string" }, description };
}

function answer(description: string, schema: SchemaName): object {
  const headers = {
    "x-request-id": { description: "The caller's id of the request, or one made for it", schema: { type: "string" } },
  };
  const type = schema === "Problem" ? "application/problem+json" : "application/json";
  return { description, headers, content: { [type]: { schema: reference(schema) } } };
}

function reference(schema: SchemaName): object {
  return { $ref: `#/components/schemas/${schema}` };
}
