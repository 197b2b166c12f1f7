import { describe, expect, it } from "vitest";
import { shownValueIssues } from "#catalog/shown-values.ts";
import type { TemplateManifest, TemplateVariable, VariableKind } from "#shared/domain/template/manifest.ts";

function manifestOf(variables: Readonly<Record<string, TemplateVariable>>): TemplateManifest {
  return { category: "booking", critical: false, tracking: true, channels: [], author: "catalog", variables };
}

function issuesOf(
  variables: Readonly<Record<string, TemplateVariable>>,
  payload: object,
  { cadence }: { readonly cadence?: string } = {},
): readonly string[] {
  const send = {
    role: "buyer",
    template: "known",
    channels: ["email"],
    dedupe_key: "A",
    ...(cadence ? { cadence } : {}),
  };
  const file = { payload: { type: "object", ...payload }, sends: [send] };
  return shownValueIssues(file, new Map([["known", manifestOf(variables)]]));
}

const variable = (type: VariableKind, required = true): TemplateVariable => ({
  type,
  required,
  description: "x",
  example: "x",
});

const fitting: readonly (readonly [VariableKind, object])[] = [
  ["string", { type: "string", format: "text" }],
  ["string", { const: "confirmed" }],
  ["string", { type: "string", pattern: "^[0-9]{4}$" }],
  ["url", { type: "string", format: "uri", pattern: "^https://" }],
  ["integer", { type: "integer", minimum: 1 }],
  ["datetime", { type: "string", format: "date-time" }],
  ["timezone", { type: "string", format: "time-zone" }],
  [
    "money",
    {
      type: "object",
      required: ["amount_micros", "currency"],
      properties: { amount_micros: { type: "integer" }, currency: { type: "string", format: "currency" } },
    },
  ],
];

describe("what a template shows", () => {
  it.each(fitting)("as %s may come by %j", (kind, schema) => {
    expect(issuesOf({ a: variable(kind) }, { required: ["a"], properties: { a: schema } })).toEqual([]);
  });

  it.each<[VariableKind, object]>([
    ["string", { type: "string", minLength: 1 }],
    ["string", { type: "string" }],
    ["url", { type: "string", format: "uri" }],
    ["integer", { type: "number" }],
    ["datetime", { type: "string" }],
    ["timezone", { type: "string", minLength: 1, maxLength: 64 }],
    ["money", { type: "object", properties: { amount_micros: { type: "integer" } } }],
  ])("as %s may not come by %j", (kind, schema) => {
    const issues = issuesOf({ a: variable(kind) }, { required: ["a"], properties: { a: schema } });
    expect(issues).toEqual([expect.stringMatching(`^known shows 'a' as ${kind}: its schema must have `)]);
  });

  it("must be there where the template requires it", () => {
    expect(issuesOf({ a: variable("integer") }, { properties: { a: { type: "integer" } } })).toEqual([
      "known needs 'a', which may be absent",
    ]);
    expect(issuesOf({ a: variable("integer", false) }, { properties: {} })).toEqual([]);
  });

  it("in a digest are the fields of its entries", () => {
    const list = { ...variable("list"), items: { tz: { type: "timezone" as const } } };
    const variables = { count: variable("integer"), items: list };
    const fits = { required: ["tz"], properties: { tz: { type: "string", format: "time-zone" } } };
    expect(issuesOf(variables, fits, { cadence: "messages.daily_digest" })).toEqual([]);
    expect(issuesOf(variables, { properties: {} }, { cadence: "messages.daily_digest" })).toEqual([
      "known needs 'tz', which may be absent",
    ]);
  });
});
