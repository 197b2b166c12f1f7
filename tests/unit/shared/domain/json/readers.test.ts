import { describe, expect, it } from "vitest";
import { fieldsOf, listOf, parseJson, textOf } from "#shared/domain/json/readers.ts";

describe("readers of unknown values", () => {
  it.each([undefined, null, 3, "", "text", [], {}, () => {}])(
    "never throw, and give what they promise: %j",
    (value) => {
      expect(typeof fieldsOf(value)).toBe("object");
      expect(Array.isArray(fieldsOf(value))).toBe(false);
      expect(Array.isArray(listOf(value))).toBe(true);
      expect(textOf(value)).toBe(value === "text" ? "text" : null);
    },
  );

  it("parse a text, and give undefined for all else", () => {
    expect([parseJson('{"a":1}'), parseJson("{"), parseJson(3), parseJson(undefined)]).toEqual([
      { a: 1 },
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("cut a text to its bound", () => {
    expect(textOf("abcdef", 3)).toBe("abc");
    expect(textOf("x".repeat(400))).toHaveLength(320);
  });
});
