import fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalJson } from "#shared/domain/json/canonical-json.ts";

it("writes equal values as equal bytes, in any order of their keys", () => {
  expect(canonicalJson({ b: [1, { d: null, c: "é" }], a: undefined, A: true })).toBe(
    '{"A":true,"b":[1,{"c":"é","d":null}]}',
  );
});

it("can be read back", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
