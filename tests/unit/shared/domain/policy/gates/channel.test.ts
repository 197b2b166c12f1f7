import { describe, expect, test } from "vitest";
import { channelSwitch } from "#shared/domain/policy/gates/channel.ts";
import { aFlag } from "#tests/support/policy/records.ts";

describe("channel gate", () => {
  const flag = "comms.channels.sms.enabled";

  test.each([
    ["no flag", [], "PASS"],
    ["the flag on", [aFlag(flag, true)], "PASS"],
    ["the flag off", [aFlag(flag, false)], "DROP"],
    ["another channel's flag off", [aFlag("comms.channels.email.enabled", false)], "PASS"],
    ["a value that is no truth value", [aFlag(flag, "false")], "PASS"],
  ] as const)("given %s", (_, flags, verdict) => {
    expect(channelSwitch({ channel: "SMS" }, new Map(flags)).verdict).toBe(verdict);
  });

  test("a no names the flag", () => {
    expect(channelSwitch({ channel: "SMS" }, new Map([aFlag(flag, false)]))).toEqual({
      verdict: "DROP",
      reason: "COMMS_CHANNEL_DISABLED",
      detail: "comms.channels.sms.enabled is false",
    });
  });

  test("given a channel that only a later version knows, it is refused", () => {
    expect(channelSwitch({ channel: "UNKNOWN" }, new Map())).toMatchObject({ reason: "COMMS_CHANNEL_DISABLED" });
  });
});
