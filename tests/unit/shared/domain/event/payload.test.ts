import { describe, expect, test } from "vitest";
import { intakeLimits } from "#shared/domain/event/limits.ts";
import { readPayload } from "#shared/domain/event/payload.ts";

const read = (json: string) => readPayload(json, intakeLimits);

describe("reading a payload [INT-02]", () => {
  test("given an object, it is variables", () => {
    expect(read('{"a":[1,null]}')).toEqual({ kind: "variables", variables: { a: [1, null] } });
  });

  test.each([
    ["no JSON", "{", "payload is not JSON"],
    ["a list", "[]", "payload is not a JSON object"],
    ["a null", "null", "payload is not a JSON object"],
    ["an infinite number", '{"a":1e999}', "payload has a number that is out of range"],
    ["half a character", '{"a":"\\ud800"}', "payload has half a surrogate pair in it"],
  ])("given %s", (_, json, issue) => {
    expect(read(json)).toEqual({ kind: "unreadable", issue });
  });

  test.each([
    ["256 KiB", JSON.stringify({ a: "x".repeat(262_144 - 8) }), "variables"],
    ["a byte more", JSON.stringify({ a: "x".repeat(262_144 - 7) }), "too large"],
    ["fewer characters and more bytes", JSON.stringify({ a: "€".repeat(100_000) }), "too large"],
    ["too many bytes that are no JSON", "x".repeat(262_145), "too large"],
  ])("given %s", (_, json, kind) => {
    expect(read(json).kind).toBe(kind);
  });
});
