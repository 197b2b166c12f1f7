import { expect, test } from "vitest";
import { freshnessGate } from "#shared/domain/delivery/freshness-gate.ts";
import { defaultPolicy } from "#shared/domain/delivery/policy.ts";

const now = 1_000_000;
const { viewAgeMaxMs, staleHoldMs } = defaultPolicy;

test.each([
  ["at the bound", viewAgeMaxMs, false, { verdict: "PASS" }],
  ["over it", viewAgeMaxMs + 1, false, { verdict: "HOLD", reason: "COMMS_STATE_STALE", dueAt: now + staleHoldMs }],
  ["over it, for a critical message", viewAgeMaxMs + 1, true, { verdict: "PASS" }],
] as const)("views whose age is %s", (...[, ageMs, critical, expected]) => {
  expect(freshnessGate({ critical }, now - ageMs, { now, policy: defaultPolicy })).toMatchObject(expected);
});

test("the detail has age and bound", () => {
  expect(freshnessGate({ critical: false }, now - 5, { now, policy: defaultPolicy }).detail).toBe(
    `Views are 5 ms old, bound ${viewAgeMaxMs} ms`,
  );
});
