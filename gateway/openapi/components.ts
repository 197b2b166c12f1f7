import { z } from "zod";
import { allScopes, scopes } from "#shared/domain/access/scope.ts";
import { problems } from "../http/problem.ts";
import { cancellationBody } from "../public/cancellations/check-cancellation.ts";
import { batchEventsMax } from "../public/events/batch.ts";
import { eventBody } from "../public/events/body.ts";

const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(Object.keys(problems) as [string, ...string[]]),
  faults: z.array(z.string()).optional(),
});
const taken = z.object({ event_id: z.string() });
const cancelled = z.object({
  cause_ref: z.string(),
  cancelled_at: z.iso.datetime(),
  messages: z.string().describe("Where to ask how each message ended"),
  note: z.string(),
});
const checked = z.object({
  event_id: z.string(),
  dry_run: z.literal(true),
  accepted: z.array(
    z.object({
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
const batch = z.strictObject({ events: z.array(eventBody).min(1).max(batchEventsMax) });
const item = z
  .looseObject({ status: z.int() })
  .describe("The status and the body that the route of one event would give");
const batchAnswer = z.object({ accepted: z.int(), refused: z.int(), answers: z.array(item) });
const time = z.iso.datetime();
const message = z.object({
  msg_id: z.string(),
  event_id: z.string(),
  event: z.string(),
  cause_ref: z.string(),
  user_id: z.string(),
  channel: z.string(),
  template: z.string(),
  category: z.string(),
  critical: z.boolean(),
  status: z.string().describe("How far it has come, as `shared/domain/status/README.md` lists it"),
  reason: z.string().nullable().describe("The code of docs/errors where it did not go out, or waits"),
  provider: z.string().nullable(),
  attempts: z.int(),
  last_error_code: z.string().nullable(),
  created_at: time,
  updated_at: time,
  due_at: time.nullable(),
  sent_at: time.nullable(),
  delivered_at: time.nullable(),
});
const rejection = z.object({
  event: z.string().nullable(),
  cause_ref: z.string(),
  reason: z.string(),
  faults: z.array(z.string()),
  recorded_at: time,
});
const messages = z.object({
  messages: z.array(message),
  rejections: z.array(rejection).describe("What intake refused of this cause, the latest first"),
  next: z.string().nullable().describe("`after` of the next page; null on the last"),
});
const catalogEvent = z.object({
  name: z.string(),
  family: z.string(),
  category: z.string(),
  description: z.string(),
  payload: z.looseObject({}).describe("JSON schema (draft 2020-12) of the payload"),
  example: z.looseObject({}).describe("A payload that fits"),
  sends: z.array(
    z.object({
      role: z.string(),
      template: z.string(),
      category: z.string(),
      critical: z.boolean(),
      channels: z.array(z.string()),
      dedupe_key: z.string(),
      cadence: z.string().nullable(),
    }),
  ),
});

/** The schemas of all bodies: those that the routes check requests with, and those that answers keep to. */
export const schemas = {
  Event: z.toJSONSchema(eventBody, { io: "input" }),
  EventBatch: z.toJSONSchema(batch, { io: "input" }),
  Taken: z.toJSONSchema(taken),
  Cancellation: z.toJSONSchema(cancellationBody, { io: "input" }),
  Cancelled: z.toJSONSchema(cancelled),
  Judged: z.toJSONSchema(checked),
  BatchAnswer: z.toJSONSchema(batchAnswer),
  Messages: z.toJSONSchema(messages),
  Catalog: z.toJSONSchema(z.object({ events: z.array(catalogEvent) })),
  Problem: z.toJSONSchema(problem),
} as const;

export type SchemaName = keyof typeof schemas;

/** How a request says whose it is. */
export const securitySchemes = {
  apiKey: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "carillon_<id>_<secret>",
    description: `A key of the tenant, made by \`comms key create\`. Its scopes: ${allScopes.map((scope) => `${scope} (${scopes[scope]})`).join(", ")}.`,
  },
} as const;
