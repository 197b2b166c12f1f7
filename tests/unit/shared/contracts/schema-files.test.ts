import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readSchema, schemaFile } from "#shared/contracts/schema-files.ts";

const channel = { type: "enum", name: "Channel", symbols: ["UNKNOWN", "EMAIL"], default: "UNKNOWN" };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "schemas-"));
  mkdirSync(join(folder, "avro"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function read(schema: object): unknown {
  writeFileSync(join(folder, "avro", "thing.avsc"), JSON.stringify(schema));
  return JSON.parse(readSchema(pathToFileURL(`${folder}/`), "thing.avsc"));
}

function withTypes(): void {
  mkdirSync(join(folder, "types"));
  writeFileSync(join(folder, "types", "channel.avsc"), JSON.stringify(channel));
}

test("a type that records share stands where it is first named, and is a name after that", () => {
  withTypes();
  const schema = (first: unknown, second: unknown) => ({
    type: "record",
    name: "Thing",
    fields: [
      { name: "Channel", type: first, doc: "Channel" },
      { name: "b", type: ["null", second] },
    ],
  });
  expect(read(schema("Channel", "Channel"))).toEqual(schema(channel, "Channel"));
});

test.each([
  ["an item of a list", (type: unknown) => ({ type: "array", items: type })],
  ["a value of a map", (type: unknown) => ({ type: "map", values: type })],
  ["a branch of a union", (type: unknown) => ["null", type]],
])("it may be %s", (_, around) => {
  withTypes();
  expect(read({ type: around("Channel") })).toEqual({ type: around(channel) });
});

test("a schema without shared types is as it is written", () => {
  expect(read({ type: "Channel" })).toEqual({ type: "Channel" });
});

test("a record's file is its name with dashes", () => {
  expect(schemaFile("ProviderEvent")).toBe("provider-event.avsc");
});
