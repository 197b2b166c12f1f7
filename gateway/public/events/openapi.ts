import { z } from "zod";
import { problems } from "../../http/problem.ts";
import { eventBody } from "./body.ts";

const problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(Object.keys(problems) as [string, ...string[]]),
  faults: z.array(z.string()).optional(),
});
const acceptedBody = z.strictObject({ event_id: z.string() });
const dryRunBody = z.strictObject({
  event_id: z.string(),
  dry_run: z.literal(true),
  accepted: z.array(
    z.strictObject({
      user_id: z.string(),
      role: z.string(),
      template: z.string(),
      category: z.string(),
      critical: z.boolean(),
      lane: z.enum(["express", "bulk"]),
      cadence: z.string().nullable(),
      dedupe_key: z.string(),
      channels: z.array(z.string()),
    }),
  ),
});

/** The HTTP API for producers, built from the schemas that the routes check requests with. */
export function openApi(options: { readonly publicUrl: string; readonly version: string }): object {
  return {
    openapi: "3.1.0",
    info: {
      title: "Carillon",
      version: options.version,
      description: "Send what happened; Carillon decides who is notified.",
    },
    servers: [{ url: options.publicUrl }],
    paths: { "/v1/events": { post: postEvents } },
    components: {
      schemas: {
        Event: z.toJSONSchema(eventBody, { io: "input" }),
        Taken: z.toJSONSchema(acceptedBody),
        Judged: z.toJSONSchema(dryRunBody),
        Problem: z.toJSONSchema(problem),
      },
    },
  };
}

const postEvents = {
  operationId: "postEvent",
  summary: "Produce an event",
  description: "Answers 202 once the log holds the event. Produced again under the same ids, it notifies nobody twice.",
  parameters: [
    header("Idempotency-Key", "The same key with the same body gets the same answer for 24 hours"),
    header("x-request-id", "An id of the caller's; the answer and the gateway's log line have it"),
    header("traceparent", "W3C trace context; the event's records carry on from it"),
    {
      name: "dry_run",
      in: "query",
      schema: { type: "boolean" },
      description: "Check the event and write nothing",
    },
  ],
  requestBody: { required: true, content: { "application/json": { schema: reference("Event") } } },
  responses: {
    200: answer("What would be accepted (dry_run)", "application/json", "Judged"),
    202: answer("The log holds the event", "application/json", "Taken"),
    ...Object.fromEntries(
      [400, 409, 413, 415, 422, 503].map((status) => [
        status,
        answer(titles(status), "application/problem+json", "Problem"),
      ]),
    ),
  },
};

function titles(status: number): string {
  const found = Object.entries(problems).filter(([, problem]) => problem.status === status);
  return found.map(([code, { title }]) => `${code}: ${title}`).join("; ");
}

function header(name: string, description: string): object {
  return { name, in: "header", required: false, schema: { type: "string" }, description };
}

function answer(description: string, type: string, schema: string): object {
  const headers = {
    "x-request-id": { description: "The caller's id of the request, or one made for it", schema: { type: "string" } },
  };
  return { description, headers, content: { [type]: { schema: reference(schema) } } };
}

function reference(schema: string): object {
  return { $ref: `#/components/schemas/${schema}` };
}
