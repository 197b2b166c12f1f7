import { expect, test } from "vitest";
import { compileSchemaCheck } from "#shared/domain/template/json-schema.ts";
import { parseTemplateManifest } from "#shared/domain/template/manifest.ts";
import { exampleOf, variablesSchema } from "#shared/domain/template/variables.ts";

const { variables } = parseTemplateManifest(
  "template.yaml",
  `
category: booking
channels: [sms]
author: ada
variables:
  name: { type: string, description: Who, example: Ada }
  link: { type: url, description: Where, example: "https://a.example/", required: false }
  rows: { type: list, description: What, items: { total: { type: money } }, example: [{ total: { amount_micros: 1, currency: USD } }] }
`,
);
const check = compileSchemaCheck("The payload", variablesSchema(variables));

test("the examples fit the schema, with and without the optional ones", () => {
  expect(check(exampleOf(variables))).toEqual([]);
  expect(check(exampleOf(variables, { requiredOnly: true }))).toEqual([]);
  expect(Object.keys(exampleOf(variables))).toEqual(["name", "link", "rows"]);
  expect(Object.keys(exampleOf(variables, { requiredOnly: true }))).toEqual(["name", "rows"]);
});

test.each<[string, object]>([
  ["a blank text", { name: "" }],
  ["a link without TLS", { link: "http://a.example/" }],
  ["an empty list", { rows: [] }],
  ["an entry without its field", { rows: [{}] }],
  ["a currency that is no code", { rows: [{ total: { amount_micros: 1, currency: "usd" } }] }],
  ["a part of a micro", { rows: [{ total: { amount_micros: 0.5, currency: "USD" } }] }],
])("%s does not fit", (_, change) => {
  expect(check({ ...exampleOf(variables), ...change })).toHaveLength(1);
});

test("a variable that is not declared fits", () => {
  expect(check({ ...exampleOf(variables), other: 1 })).toEqual([]);
});
