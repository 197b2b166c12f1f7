import { describe, expect, it } from "vitest";
import { fieldsOf, isObject, listOf, parseJson, textOf } from "#shared/domain/json/json.ts";

describe("readers of unknown values", () => {
  it.each([undefined, null, 3, "", "text", [], {}, () => {}])(
    "never throw, and give what they promise: %j",
    (value) => {
      expect(typeof fieldsOf(value)).toBe("object");
      expect(isObject(fieldsOf(value))).toBe(true);
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

  it("know an object from a list, a null and all else", () => {
    expect([{}, { a: 1 }, [], null, "{}", 1, undefined].map(isObject)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it("cut a text to its bound", () => {
    expect(textOf("abcdef", 3)).toBe("abc");
    expect(textOf("x".repeat(400))).toHaveLength(320);
  });
});
