import { describe, expect, test } from "vitest";
import type { AvroSchema } from "#shared/platform/avro/body-check.ts";
import { schemaIssues } from "#tools/schema-rules.ts";

const good = { name: "a", type: "string", doc: "A.", pii: "none" };
const record = (...fields: readonly object[]): AvroSchema =>
  ({ type: "record", name: "Thing", doc: "A thing.", fields }) as unknown as AvroSchema;
const typed = (type: unknown, extra: object = {}): AvroSchema => record({ ...good, type, ...extra });

test("a schema that follows every rule has no fault", () => {
  const optional = {
    ...good,
    name: "b",
    type: ["null", { type: "long", logicalType: "timestamp-millis" }],
    default: null,
  };
  const status = { type: "enum", name: "S", doc: "S.", symbols: ["UNKNOWN", "ON"], default: "UNKNOWN" };
  expect(
    schemaIssues(record(good, optional, { ...good, name: "c", type: status }, { ...good, name: "d", type: "S" })),
  ).toEqual([]);
});

describe("each rule finds its fault", () => {
  test.each<[string, AvroSchema]>([
    ["a has no doc", record({ ...good, doc: undefined })],
    ["a has no pii of none, pseudonym or direct", record({ ...good, pii: "some" })],
    ["camelCase is not in snake case", record({ ...good, name: "camelCase" })],
    ["a is optional, so it must be null first", typed(["string", "null"], { default: "" })],
    ["a is optional, so it must be null first", typed(["null", "string"])],
    ["a is optional, so it must be null first", typed(["null", "string", "long"], { default: null })],
    [
      "an enum whose first symbol",
      typed({ type: "enum", name: "E", doc: "E.", symbols: ["A", "UNKNOWN"], default: "UNKNOWN" }),
    ],
    ["an enum whose first symbol", typed({ type: "enum", name: "E", doc: "E.", symbols: ["UNKNOWN"] })],
    ["an enum without doc", typed({ type: "enum", name: "E", symbols: ["UNKNOWN"], default: "UNKNOWN" })],
    ["of logical type decimal", typed({ type: "bytes", logicalType: "decimal", precision: 9 })],
    ["of logical type time-millis", typed({ type: "int", logicalType: "time-millis" })],
    ["of type fixed", typed({ type: "fixed", name: "F", size: 12, logicalType: "duration" })],
    ["of type float", typed("float")],
    ["a is a time and not a long", typed({ type: "int", logicalType: "timestamp-millis" })],
    ["a[] holds a union", typed({ type: "array", items: ["null", "string"] })],
    ["makes Thing recursive", typed({ type: "array", items: "Thing" })],
    ["a has no fields", typed({ type: "record", name: "Empty", doc: "E.", fields: [] })],
    ["a{} is of type Elsewhere", typed({ type: "map", values: "Elsewhere" })],
  ])("%s", (words, schema) => {
    expect(schemaIssues(schema).join("\n")).toContain(words);
  });
});
