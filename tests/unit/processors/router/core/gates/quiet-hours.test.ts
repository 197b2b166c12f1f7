import { describe, expect, test } from "vitest";
import { quietHours } from "#processors/router/core/gates/quiet-hours.ts";
import { spreadOf } from "#shared/domain/quiet-hours/spread.ts";

const hours = { tz: "UTC", startMinute: 21 * 60, endMinute: 8 * 60, allowCategories: ["booking"] };
const message = { userId: "usr_1", category: "messages", critical: false, expiresAt: null };
const day = Date.UTC(2026, 10, 22, 15);
const night = Date.UTC(2026, 10, 22, 23);
const release = Date.UTC(2026, 10, 23, 8, 1) + spreadOf("usr_1");

describe("quiet hours gate [QH-01] [QH-02] [QH-03] [RTR-07]", () => {
  test.each([
    ["by day", {}, day, { verdict: "PASS", detail: "Quiet hours are 21:00 to 08:00 in UTC; it is outside them" }],
    ["by night", {}, night, { verdict: "DEFER", kind: "quiet_hours", reason: "COMMS_QUIET_HOURS", dueAt: release }],
    ["by night, critical", { critical: true }, night, { verdict: "BYPASS", reason: "critical_override" }],
    ["by night, in an allowed category", { category: "booking" }, night, { verdict: "PASS" }],
    ["by night, expiring at the release", { expiresAt: release }, night, { verdict: "DROP", reason: "COMMS_EXPIRED" }],
    ["by night, expiring after it", { expiresAt: release + 1 }, night, { verdict: "DEFER" }],
    ["by night, critical and expiring", { critical: true, expiresAt: release }, night, { verdict: "BYPASS" }],
  ] as const)("given a message %s", (_, over, now, then) => {
    expect(quietHours({ ...message, ...over }, hours, now)).toMatchObject(then);
  });

  test("a critical message by day is no bypass: nothing would have held it", () => {
    expect(quietHours({ ...message, critical: true }, hours, day).verdict).toBe("PASS");
  });
});
