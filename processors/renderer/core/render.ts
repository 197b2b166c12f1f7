import { fieldsOf, parseJson } from "#shared/domain/json/json.ts";
import type { Content } from "#shared/domain/message/content.ts";
import type { Reason } from "#shared/domain/message/reason.ts";
import { FillError, fill } from "#shared/domain/template/fill.ts";
import type { ParsedTemplate } from "#shared/domain/template/parsed.ts";

/** The content of a message, or the refusal to render it. */
export type RenderResult =
  | { readonly kind: "content"; readonly content: Content }
  | { readonly kind: "refusal"; readonly refusal: RenderRefusal };

/** A refusal: the gate that refused, and a detail without any value of the payload. */
export interface RenderRefusal {
  readonly gate: "template" | "locale" | "variables" | "render" | "artifact";
  readonly reason: Reason;
  readonly detail: string;
}

/** Fills a template with a payload, a JSON text. The same arguments give the same content. */
export function render(template: ParsedTemplate, payload: string): RenderResult {
  const variables = variablesOf(payload);
  const issues = template.check(variables);
  const missing = issues.flatMap((issue) => issue.missing ?? []);
  if (missing.length > 0) return refuse("variables", "COMMS_TEMPLATE_MISSING_VAR", `Missing: ${missing.join(", ")}`);
  if (issues[0]) return refuse("variables", "COMMS_RENDER_FAILED", issues[0].description);
  try {
    return { kind: "content", content: fill(template, variables) };
  } catch (error) {
    if (!(error instanceof FillError)) throw error;
    return refuse("render", "COMMS_RENDER_FAILED", error.message);
  }
}

/** A null variable counts as absent: producers send both. A payload that is no JSON object has no variables. */
function variablesOf(payload: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fieldsOf(parseJson(payload))).filter(([, value]) => value !== null));
}

function refuse(gate: RenderRefusal["gate"], reason: Reason, detail: string): RenderResult {
  return { kind: "refusal", refusal: { gate, reason, detail } };
}
