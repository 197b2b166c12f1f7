import { describe, expect, it } from "vitest";
import { headBytes, schemaIdOf, writeHead } from "#shared/platform/avro/framing.ts";

describe("Confluent's framing", () => {
  it.each([0, 1, 0x7fffffff])("reads the id %i that it wrote", (id) => {
    const framed = Buffer.alloc(headBytes + 2, 7);
    writeHead(framed, id);
    expect(schemaIdOf(framed)).toBe(id);
    expect(framed.subarray(headBytes)).toEqual(Buffer.from([7, 7]));
  });

  it.each([
    ["empty", []],
    ["magic", [1, 0, 0, 0, 1]],
    ["truncated", [0, 0, 0, 0]],
    ["unknown-schema", [0, 0x80, 0, 0, 0]],
  ])("refuses a value without a head: %s", (stage, bytes) => {
    expect(() => schemaIdOf(Buffer.from(bytes))).toThrow(expect.objectContaining({ code: "COMMS_POISON", stage }));
  });
});
