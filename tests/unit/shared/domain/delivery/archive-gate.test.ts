import { expect, test } from "vitest";
import { archiveGate } from "#shared/domain/delivery/archive-gate.ts";
import { defaultPolicy } from "#shared/domain/delivery/policy.ts";

const context = { now: 1_000, policy: defaultPolicy };

test.each([
  [true, false, { verdict: "DROP", reason: "COMMS_ALREADY_SENT" }],
  [true, true, { verdict: "DROP", reason: "COMMS_ALREADY_SENT" }],
  [false, false, { verdict: "PASS" }],
  ["unknown", true, { verdict: "PASS" }],
  ["forgotten", true, { verdict: "HOLD", reason: "COMMS_STATE_STALE", dueAt: 1_000 + defaultPolicy.staleHoldMs }],
  ["forgotten", false, { verdict: "HOLD", reason: "COMMS_STATE_STALE", dueAt: 1_000 + defaultPolicy.staleHoldMs }],
  ["unknown", false, { verdict: "HOLD", reason: "COMMS_STATE_STALE", dueAt: 1_000 + defaultPolicy.staleHoldMs }],
] as const)("archived: %s, critical: %s", (archived, critical, expected) => {
  expect(archiveGate({ critical }, archived, context)).toMatchObject(expected);
});
