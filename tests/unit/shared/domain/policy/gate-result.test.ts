import { expect, test } from "vitest";
import {
  drop,
  formatInstant,
  hold,
  isPassed,
  pass,
  traceOf,
  unlessCritical,
} from "#shared/domain/policy/gate-result.ts";

test("a critical message bypasses a refusal and keeps its detail", () => {
  const refusal = drop("COMMS_PREF_BLOCKED", "off");
  expect(unlessCritical(false, refusal)).toBe(refusal);
  expect(unlessCritical(true, refusal)).toEqual({ verdict: "BYPASS", reason: "critical_override", detail: "off" });
});

test.each([
  [Date.UTC(2026, 10, 22, 17, 57, 59), "2026-11-22 17:57 UTC"],
  [0, "1970-01-01 00:00 UTC"],
  [9e15, "beyond all dates"],
])("the instant %d is written %s", (instant, text) => {
  expect(formatInstant(instant)).toBe(text);
});

test.each(["PASS", "BYPASS"])("a message goes on after a %s", (verdict) => expect(isPassed({ verdict })).toBe(true));

test.each(["DROP", "DIGEST", "DEFER", "HOLD", "REPEAT"])("a message does not go on after a %s", (verdict) =>
  expect(isPassed({ verdict })).toBe(false),
);

test("a trace has the verdict, its reason and what the gate saw", () => {
  expect(traceOf(["expiry", pass("It does not expire")])).toEqual({
    gate: "expiry",
    verdict: "PASS",
    reason: null,
    detail: "It does not expire",
  });
  expect(traceOf(["freshness", hold("COMMS_STATE_STALE", 5, "Views are old")])).toMatchObject({
    verdict: "HOLD",
    reason: "COMMS_STATE_STALE",
  });
});
