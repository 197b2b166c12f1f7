import { expect, it } from "vitest";
import { isRowRefusal } from "#shared/platform/postgres/row-refusal.ts";

it.each([
  ["22021", true],
  ["23505", true],
  ["54000", true],
  ["40001", false],
  ["57P01", false],
  ["22", false],
  ["ECONNREFUSED", false],
])("%s refuses the value itself: %s", (code, expected) => {
  expect(isRowRefusal(Object.assign(new Error("x"), { code }))).toBe(expected);
});
