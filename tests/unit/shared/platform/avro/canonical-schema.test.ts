import { describe, expect, it, test } from "vitest";
import { schemaVersions } from "#shared/contracts/schema-files.ts";
import { hasForeignWriters, type TopicName, topicRecords } from "#shared/contracts/topics.ts";
import { canonicalSchema, recordNameOf, schemaFingerprint } from "#shared/platform/avro/canonical-schema.ts";

const event = schemaVersions("Event").at(-1) ?? "";
type Json = Record<string, unknown> & { fields: Record<string, unknown>[] };

/** The current event schema, edited. */
function edited(edit: (schema: Json) => void): string {
  const schema = JSON.parse(event) as Json;
  edit(schema);
  return JSON.stringify(schema);
}

const field = (schema: Json, name: string) =>
  schema.fields.find((one) => one["name"] === name) as Record<string, unknown>;

describe("what does not count", () => {
  test.each<[string, string]>([
    ["white space", JSON.stringify(JSON.parse(event), null, 7)],
    [
      "docs and other attributes",
      edited((schema) => {
        delete schema["doc"];
        for (const one of schema.fields) {
          delete one["doc"];
          delete one["pii"];
        }
      }),
    ],
    ["the order of attributes", JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(event)).toReversed()))],
    [
      "where the namespace stands",
      edited((schema) => {
        schema["name"] = `${String(schema["namespace"])}.${String(schema["name"])}`;
        delete schema["namespace"];
      }),
    ],
    ["defaults", edited((schema) => delete field(schema, "expires_at")["default"])],
    ["a primitive written as an object", edited((schema) => (field(schema, "name")["type"] = { type: "string" }))],
  ])("%s", (_, schema) => {
    expect(canonicalSchema(schema)).toBe(canonicalSchema(event));
  });
});

describe("what counts", () => {
  const withoutExpiry = (schema: Json) => {
    schema.fields = schema.fields.filter((one) => one["name"] !== "expires_at");
  };
  test.each<[string, (schema: Json) => void]>([
    ["a field less", withoutExpiry],
    ["another order of fields", (schema) => (schema.fields = schema.fields.toReversed())],
    ["another name", (schema) => (schema["name"] = "MyEvent")],
    ["another namespace", (schema) => (schema["namespace"] = "com.example")],
    ["another type", (schema) => (field(schema, "name")["type"] = "bytes")],
    ["another branch first", (schema) => (field(schema, "event_id")["type"] = ["string", "null"])],
    [
      "other units of time",
      (schema) => (field(schema, "occurred_at")["type"] = { type: "long", logicalType: "timestamp-micros" }),
    ],
    ["no units of time", (schema) => (field(schema, "occurred_at")["type"] = "long")],
  ])("%s", (_, edit) => {
    expect(canonicalSchema(edited(edit))).not.toBe(canonicalSchema(event));
  });
});

it("gives the same form again, for every version of what others write", () => {
  const topics = (Object.keys(topicRecords) as TopicName[]).filter(hasForeignWriters);
  for (const record of new Set(topics.map((topic) => topicRecords[topic]))) {
    for (const version of schemaVersions(record)) {
      const canonical = canonicalSchema(version);
      expect(canonicalSchema(canonical)).toBe(canonical);
      expect(recordNameOf(canonical)).toBe(record);
    }
  }
});

it("is named by 16 characters, which a change of meaning changes", () => {
  expect(schemaFingerprint(canonicalSchema(event))).toMatch(/^[0-9a-f]{16}$/);
  expect(schemaFingerprint("a")).not.toBe(schemaFingerprint("b"));
});

it("knows the names of arrays, maps, enums and fixed types by their namespace", () => {
  const e = { type: "enum", name: "E", symbols: ["A"], default: "A" };
  const fields = [
    { name: "a", type: { type: "array", items: e } },
    { name: "m", type: { type: "map", values: "E" } },
    { name: "f", type: { type: "fixed", name: "other.F", size: 4 } },
  ];
  expect(JSON.parse(canonicalSchema(JSON.stringify({ type: "record", name: "R", namespace: "n", fields })))).toEqual({
    name: "n.R",
    type: "record",
    fields: [
      { name: "a", type: { type: "array", items: { name: "n.E", type: "enum", symbols: ["A"] } } },
      { name: "m", type: { type: "map", values: "n.E" } },
      { name: "f", type: { name: "other.F", type: "fixed", size: 4 } },
    ],
  });
});
