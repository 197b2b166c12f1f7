import { describe, expect, test } from "vitest";
import { pause, pauseFlag } from "#shared/domain/policy/gates/pause.ts";
import { spreadOf } from "#shared/domain/quiet-hours/spread.ts";
import { aFlag, noon } from "#tests/support/policy/records.ts";

describe("pause gate", () => {
  const paused = new Map([aFlag(pauseFlag, false)]);
  const message = { critical: false, userId: "usr_1" };

  test("given no flag, or the flag on, it passes", () => {
    expect(pause(message, new Map(), noon).verdict).toBe("PASS");
    expect(pause(message, new Map([aFlag(pauseFlag, true)]), noon).verdict).toBe("PASS");
  });

  test("given the flag off, it waits ten minutes and the person's spread, and then asks again", () => {
    const dueAt = noon + 600_000 + spreadOf("usr_1");
    expect(pause(message, paused, noon)).toMatchObject({
      verdict: "DEFER",
      kind: "pause",
      reason: "COMMS_CHANNEL_DISABLED",
      dueAt,
    });
  });

  test("given the flag off and a critical message, it passes", () => {
    expect(pause({ ...message, critical: true }, paused, noon)).toMatchObject({
      verdict: "BYPASS",
      reason: "critical_override",
    });
  });
});
