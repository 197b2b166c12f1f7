import { z } from "zod";

const expected = "expected milliseconds since 1970, or a time as 2026-01-05T12:00:00Z";
const instant = z
  .union([z.int({ error: expected }), z.iso.datetime({ offset: true, error: expected })], { error: expected })
  .describe("Milliseconds since 1970, or RFC 3339 with an offset");

/** What `POST /v1/events` takes. Intake checks lengths, times and the payload. */
export const eventBody = z.strictObject({
  name: z.string().describe("Event name as in the event catalog, `booking.confirmed` for example"),
  actors: z
    .array(z.strictObject({ role: z.string(), user_id: z.string() }))
    .describe("Who takes part, each with a role"),
  cause_ref: z
    .string()
    .describe(
      "Your reference of what happened; the same each time the same event is produced, as message ids come from it",
    ),
  payload: z.record(z.string(), z.unknown()).describe("Template variables, checked against the catalog"),
  event_id: z.string().optional().describe("Your own id; left out, one is derived from tenant, name and cause_ref"),
  tenant_id: z.string().optional().describe("The key's tenant; left out, the same. Another is refused"),
  source: z.string().default("http").describe("The producing service"),
  correlation_id: z.string().optional().describe("Id of your request; left out, the event's id serves"),
  occurred_at: instant.optional().describe("When it happened; left out, now"),
  expires_at: instant.optional().describe("After this instant nothing of the event is sent"),
  send_at: instant
    .optional()
    .describe("Nothing of the event is sent before this instant, 400 days ahead at most and before expires_at"),
  priority: z.enum(["HIGH", "NORMAL", "LOW"]).default("NORMAL").describe("LOW travels in the bulk lane"),
  category: z.string().optional().describe("Overrides nothing: must equal the catalog's category"),
});

export type EventBody = z.output<typeof eventBody>;

/** What is wrong with the shape of a body: the field, then what was expected. Repeats no value. */
export function shapeIssues(error: z.ZodError): readonly string[] {
  return error.issues.flatMap((issue) => {
    const path = pathOf(issue.path);
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => `${pathOf([...issue.path, key])}: unknown`);
    const expectation = issue.message.replace(/^Invalid (input|option): /, "");
    return path === "" ? expectation : `${path}: ${expectation}`;
  });
}

function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .slice(1);
}
