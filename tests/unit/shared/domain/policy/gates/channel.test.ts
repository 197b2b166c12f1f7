import { describe, expect, test } from "vitest";
import { channelSwitch } from "#shared/domain/policy/gates/channel.ts";
import { aFlag, noon } from "#tests/support/policy/records.ts";

describe("channel gate", () => {
  const flag = "comms.channels.sms.enabled";
  const message = { channel: "SMS", tenantId: "acme" } as const;

  test.each([
    ["no flag", [], "PASS"],
    ["the flag on", [aFlag(flag, true)], "PASS"],
    ["the flag off", [aFlag(flag, false)], "DROP"],
    ["the flag off for the tenant", [aFlag(flag, false, { tenant_id: "acme" })], "DROP"],
    ["the flag off for another tenant", [aFlag(flag, false, { tenant_id: "other" })], "PASS"],
    ["a flag that has ended", [aFlag(flag, false, { expires_at: noon })], "PASS"],
    ["another channel's flag off", [aFlag("comms.channels.email.enabled", false)], "PASS"],
    ["a value that is no truth value", [aFlag(flag, "false")], "PASS"],
  ] as const)("given %s", (_, flags, verdict) => {
    expect(channelSwitch(message, new Map(flags), noon).verdict).toBe(verdict);
  });

  test("a no names the flag", () => {
    expect(channelSwitch(message, new Map([aFlag(flag, false)]), noon)).toEqual({
      verdict: "DROP",
      reason: "COMMS_CHANNEL_DISABLED",
      detail: "comms.channels.sms.enabled is false, set by ops at 2026-11-22 14:59 UTC",
    });
  });

  test("given a channel that only a later version knows, it is refused", () => {
    expect(channelSwitch({ ...message, channel: "UNKNOWN" }, new Map(), noon)).toMatchObject({
      reason: "COMMS_CHANNEL_DISABLED",
    });
  });
});
