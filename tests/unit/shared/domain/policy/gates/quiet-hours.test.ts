import { describe, expect, test } from "vitest";
import { quietHours } from "#shared/domain/policy/gates/quiet-hours.ts";
import { spreadOf } from "#shared/domain/quiet-hours/spread.ts";

const hours = { tz: "UTC", startMinute: 21 * 60, endMinute: 8 * 60, allowCategories: ["booking"] };
const message = { userId: "usr_1", category: "messages", critical: false, expiresAt: null };
const day = Date.UTC(2026, 10, 22, 15);
const night = Date.UTC(2026, 10, 22, 23);
const release = Date.UTC(2026, 10, 23, 8, 1) + spreadOf("usr_1");

describe("quiet hours gate [QH-01] [QH-02] [QH-03] [RTR-07]", () => {
  test.each([
    {
      name: "by day",
      over: {},
      now: day,
      expected: { verdict: "PASS", detail: "Quiet hours are 21:00 to 08:00 in UTC; it is outside them" },
    },
    {
      name: "by night",
      over: {},
      now: night,
      expected: { verdict: "DEFER", kind: "quiet_hours", reason: "COMMS_QUIET_HOURS", dueAt: release },
    },
    {
      name: "by night, critical",
      over: { critical: true },
      now: night,
      expected: { verdict: "BYPASS", reason: "critical_override" },
    },
    {
      name: "by night, in an allowed category",
      over: { category: "booking" },
      now: night,
      expected: { verdict: "PASS" },
    },
    {
      name: "by night, expiring at the release",
      over: { expiresAt: release },
      now: night,
      expected: { verdict: "DROP", reason: "COMMS_EXPIRED" },
    },
    {
      name: "by night, expiring after it",
      over: { expiresAt: release + 1 },
      now: night,
      expected: { verdict: "DEFER" },
    },
    {
      name: "by night, critical and expiring",
      over: { critical: true, expiresAt: release },
      now: night,
      expected: { verdict: "BYPASS" },
    },
  ] as const)("given a message $name", ({ over, now, expected }) => {
    expect(quietHours({ ...message, ...over }, hours, now)).toMatchObject(expected);
  });

  test("a critical message by day is no bypass: nothing would have held it", () => {
    expect(quietHours({ ...message, critical: true }, hours, day).verdict).toBe("PASS");
  });
});
