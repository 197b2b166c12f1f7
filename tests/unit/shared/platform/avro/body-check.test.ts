import avsc from "avsc";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { schemaOfTopic } from "#shared/contracts/schema-files.ts";
import { type TopicName, topicRecords } from "#shared/contracts/topics.ts";
import { type AvroSchema, compileBodyCheck } from "#shared/platform/avro/body-check.ts";
import { createCodec } from "#shared/platform/avro/codec.ts";
import { subjectOf } from "#shared/platform/avro/registry.ts";
import { UndecodableError, UnknownSchemaId } from "#shared/platform/avro/undecodable.ts";
import { createMemoryRegistry } from "#tests/fakes/memory-registry.ts";
import { countRuns } from "#tests/support/run-count.ts";

const topics = Object.keys(topicRecords) as TopicName[];
const record = (type: unknown): AvroSchema =>
  ({ type: "record", name: "R", fields: [{ name: "f", type }] }) as unknown as AvroSchema;
const stageOf = (type: unknown, ...bytes: readonly number[]): string => {
  try {
    compileBodyCheck(record(type))(Buffer.from(bytes), 0);
    return "passed";
  } catch (error) {
    if (error instanceof UndecodableError) return error.stage;
    throw error;
  }
};

describe("one kind of value at a time", () => {
  const ones = (count: number): readonly number[] => Array.from({ length: count }, () => 0xff);
  const status = { type: "enum", name: "E", symbols: ["UNKNOWN", "A"] };
  const list = { type: "array", items: "int" };

  test.each<[string, unknown, readonly number[]]>([
    ["passed", "null", []],
    ["passed", "boolean", [1]],
    ["boolean", "boolean", [2]],
    ["passed", "int", [...ones(4), 0x0f]],
    ["long-range", "int", [...ones(4), 0x1f]],
    ["passed", "long", [...ones(6), 0x7f]],
    ["long-range", "long", [...ones(9), 0x01]],
    ["long-range", "long", [...ones(10), 0x01]],
    ["truncated", "long", [0x80]],
    ["passed", "float", [1, 2, 3, 4]],
    ["truncated", "double", [1, 2, 3, 4]],
    ["passed", { type: "fixed", name: "F", size: 2 }, [1, 2]],
    ["truncated", { type: "fixed", name: "F", size: 2 }, [1]],
    ["passed", "bytes", [2, 0xff]],
    ["length", "bytes", [1]],
    ["truncated", "bytes", [4, 0xff]],
    ["utf8", "string", [2, 0xff]],
    ["utf8", "string", [6, 0xed, 0xa0, 0x80]],
    ["passed", "string", [4, 0xc3, 0xa4]],
    ["branch", ["null", "int"], [4]],
    ["branch", ["null", "int"], [1]],
    ["symbol", status, [4]],
    ["symbol", status, [1]],
    ["passed", list, [4, 2, 2, 2, 2, 0]],
    ["passed", list, [3, 4, 2, 2, 0]],
    ["truncated", list, [4, 2, 2]],
    ["truncated", list, [0xfe, 0xff, 0xff, 0xff, 0xff, 0x3f]],
    ["truncated", { type: "array", items: "null" }, [0xfe, 0xff, 0xff, 0xff, 0xff, 0x3f]],
    ["passed", { type: "map", values: "int" }, [2, 2, 0x61, 2, 0]],
    ["utf8", { type: "map", values: "int" }, [2, 2, 0xff, 2, 0]],
    ["trailing", "int", [2, 2]],
  ])("%s: %j of %j", (stage, type, bytes) => {
    expect(stageOf(type, ...bytes)).toBe(stage);
  });

  test("a long text, where the check is native", () => {
    expect(stageOf("string", 128, 1, ...Array.from({ length: 64 }, () => 0x61))).toBe("passed");
    expect(stageOf("string", 128, 1, ...Array.from({ length: 63 }, () => 0x61), 0xff)).toBe("utf8");
  });

  test("a named type that is used again, in its namespace", () => {
    const pair = {
      type: "record",
      name: "R",
      namespace: "a.b",
      fields: [
        { name: "one", type: { type: "enum", name: "E", symbols: ["UNKNOWN"] } },
        { name: "two", type: "E" },
        { name: "three", type: "a.b.E" },
      ],
    };
    expect(() => compileBodyCheck(pair)(Buffer.from([0, 0, 0]), 0)).not.toThrow();
    expect(() => compileBodyCheck(pair)(Buffer.from([0, 0, 2]), 0)).toThrow("three");
  });

  test("the path of a field inside a field", () => {
    const inner = { type: "array", items: { type: "record", name: "I", fields: [{ name: "deep", type: "boolean" }] } };
    expect(() => compileBodyCheck(record(inner))(Buffer.from([2, 7, 0]), 0)).toThrow("f.deep");
  });
});

describe("for any bytes", async () => {
  const registry = createMemoryRegistry();
  for (const topic of topics) await registry.register(subjectOf("", topic), schemaOfTopic(topic));
  const codec = createCodec({ registry, prefix: "" });
  await codec.warm(topics);
  const types = new Map(topics.map((topic) => [topic, avsc.Type.forSchema(JSON.parse(schemaOfTopic(topic)))]));
  const anyTopic = fc.constantFrom(...topics);

  test("a record that avsc made is read as avsc reads it", () => {
    fc.assert(
      fc.property(anyTopic, (topic) => {
        const value = types.get(topic)?.random() as object;
        expect(JSON.stringify(codec.decode(topic, codec.encode(topic, value)))).toBe(JSON.stringify(value));
      }),
      { numRuns: 300 },
    );
  });

  test("a record with any bytes put over it is decoded or is poison, and never anything else", () => {
    const [decoded, poison] = [countRuns(), countRuns()];
    const overwrites = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(anyTopic, overwrites, fc.nat(), (topic, changes, cut) => {
        const bytes = codec.encode(topic, types.get(topic)?.random() as object);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        const outcome = outcomeOf(() => codec.decode(topic, bytes.subarray(0, bytes.length - (cut % 3))));
        decoded.add(outcome === "decoded");
        poison.add(outcome === "poison");
        expect(outcome).not.toBe("crashed");
      }),
      { numRuns: 2_000 },
    );
    decoded.expectShare(0.02);
    poison.expectShare(0.3);
  });

  test("any bytes at all behind a good head are decoded or poison", () => {
    const poison = countRuns();
    fc.assert(
      fc.property(anyTopic, fc.uint8Array({ maxLength: 400 }), (topic, body) => {
        const head = codec.encode(topic, types.get(topic)?.random() as object).subarray(0, 5);
        const outcome = outcomeOf(() => codec.decode(topic, Buffer.concat([head, body])));
        poison.add(outcome === "poison");
        expect(outcome).not.toBe("crashed");
      }),
      { numRuns: 2_000 },
    );
    poison.expectShare(0.5);
  });
});

function outcomeOf(run: () => unknown): string {
  try {
    run();
    return "decoded";
  } catch (error) {
    return error instanceof UndecodableError || error instanceof UnknownSchemaId ? "poison" : "crashed";
  }
}
