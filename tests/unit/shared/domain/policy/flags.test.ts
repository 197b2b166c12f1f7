import { expect, test } from "vitest";
import { isOff } from "#shared/domain/policy/flags.ts";

test.each([
  ["false", true],
  [" false\n", true],
  ["true", false],
  ['"false"', false],
  ["0", false],
])("a flag of value %j is off: %s", (value, expected) => {
  expect(isOff(new Map([["a", { value }]]), "a")).toBe(expected);
});

test("an absent flag is not off", () => {
  expect(isOff(new Map(), "a")).toBe(false);
});
