import { describe, expect, test } from "vitest";
import { incompatibilities } from "#tools/compatibility.ts";

const record = (...fields: readonly object[]): string => JSON.stringify({ type: "record", name: "Thing", fields });
const text = { name: "a", type: "string" };
const symbols = (...names: string[]): object => ({
  name: "e",
  type: { type: "enum", name: "E", symbols: ["UNKNOWN", ...names], default: "UNKNOWN" },
});
const time = (unit: string): object => ({ name: "t", type: { type: "long", logicalType: unit } });

describe("versions that go together", () => {
  test.each([
    ["the same", record(text), record(text)],
    ["a new field with a default", record(text), record(text, { name: "b", type: ["null", "string"], default: null })],
    ["a new symbol", record(symbols("A")), record(symbols("A", "B"))],
    ["another order of fields", record(text, symbols("A")), record(symbols("A"), text)],
    ["other words in the documentation", record(text), record({ ...text, doc: "More." })],
  ])("%s", (_, older, newer) => {
    expect(incompatibilities(older, newer)).toEqual([]);
    expect(incompatibilities(newer, older).filter((fault) => !fault.includes("no longer has"))).toEqual([]);
  });
});

describe("versions that do not", () => {
  test.each([
    ["a new field without a default", record(text), record(text, { name: "b", type: "string" }), "older|newer"],
    ["a required field removed", record(text, symbols()), record(symbols()), "older"],
    ["a field of another type", record(text), record({ name: "a", type: "long" }), "newer"],
    ["a wider number", record({ name: "n", type: "int" }), record({ name: "n", type: "long" }), "older"],
    ["a field made optional", record(text), record({ name: "a", type: ["null", "string"], default: null }), "older"],
    ["a symbol taken away", record(symbols("A", "B")), record(symbols("A")), "e no longer has B"],
    ["text turned into bytes", record(text), record({ name: "a", type: "bytes" }), "a turns from string into bytes"],
    ["another unit of time", record(time("timestamp-millis")), record(time("timestamp-micros")), "t turns from"],
    [
      "another default",
      record({ name: "n", type: "int", default: 0 }),
      record({ name: "n", type: "int", default: 1 }),
      "n has another default",
    ],
    [
      "the same, inside a list of records",
      record({ name: "l", type: { type: "array", items: JSON.parse(record(symbols("A"))) } }).replace("Thing", "Outer"),
      record({ name: "l", type: { type: "array", items: JSON.parse(record(symbols())) } }).replace("Thing", "Outer"),
      "l[].e no longer has A",
    ],
  ])("%s", (...[, older, newer, words]) => {
    const faults = incompatibilities(older, newer).join("\n");
    expect(words.split("|").filter((word) => faults.includes(word))).not.toEqual([]);
  });
});
