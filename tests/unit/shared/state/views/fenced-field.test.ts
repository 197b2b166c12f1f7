import { expect, it } from "vitest";
import { recordsOf } from "#shared/state/views/fenced-field.ts";

it("gives the records of a hash sorted by field, without fences and tombstones", () => {
  const hash = { b: '1:20:{"at":"12:30"}', a: "0:3:7", gone: "11:4:" };
  expect(recordsOf(hash)).toEqual([
    ["a", 7],
    ["b", { at: "12:30" }],
  ]);
  expect(recordsOf({})).toEqual([]);
});
