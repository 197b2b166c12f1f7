import { expect, test } from "vitest";
import { retryAfterMs } from "#shared/domain/delivery/retry-after.ts";

const now = Date.parse("2026-03-02T12:00:00Z");

test.each<[unknown, number]>([
  ["2", 2_000],
  [" 1.5 ", 1_500],
  ["7200", 3_600_000],
  ["Mon, 02 Mar 2026 12:00:30 GMT", 30_000],
  ["Mon, 02 Mar 2026 11:59:00 GMT", 0],
  ["soon", 0],
  [" ", 0],
  [5, 0],
  [undefined, 0],
])("a Retry-After of %j is a wait of %d ms", (header, expected) => {
  expect(retryAfterMs(header, now)).toBe(expected);
});
