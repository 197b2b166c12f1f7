import { expect, it } from "vitest";
import { toWellFormedValue } from "#shared/platform/avro/well-formed.ts";

it("replaces lone surrogates at any depth, and nothing else", () => {
  const bytes = Buffer.from([0xed]);
  const value = { a: "x\ud800", "k\udc00": [1, null, "\ud83d\ude00"], bytes };
  expect(toWellFormedValue(value)).toEqual({ a: "x\ufffd", "k\ufffd": [1, null, "\ud83d\ude00"], bytes });
});
