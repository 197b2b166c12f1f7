import { describe, expect, test } from "vitest";
import { channels } from "#shared/domain/channel/channels.ts";
import { flagKinds, flagNames, parseFlag } from "#shared/domain/policy/flag-names.ts";

describe("the name of a flag", () => {
  test.each<[name: string, form: string, effect: string]>([
    ["comms.channels.non_critical.enabled", "comms.channels.non_critical.enabled", "keep"],
    ["comms.channels.email.enabled", "comms.channels.<channel>.enabled", "drop"],
    ["comms.pause.channel.sms", "comms.pause.channel.<channel>", "keep"],
    ["comms.pause.provider.ses", "comms.pause.provider.<provider>", "keep"],
    ["comms.pause.provider.ses:default", "comms.pause.provider.<provider>", "keep"],
    ["comms.pause.template.charge_receipt", "comms.pause.template.<template>", "keep"],
    ["comms.pause.tenant", "comms.pause.tenant", "keep"],
  ])("%s is of the kind %s and %ss", (name, form, effect) => {
    expect(parseFlag(name, "true")).toMatchObject({ kind: "flag", of: { form, effect } });
  });

  test.each([
    "comms.channel.email.enabled",
    "comms.channels.fax.enabled",
    "comms.channels.EMAIL.enabled",
    "comms.channels.email.enabled ",
    "comms.channels.email.enabled\n",
    "xcomms.pause.tenant",
    "comms_pause.tenant",
    "comms.pause.tenant.acme",
    "comms.pause.channel.",
    "comms.pause.channel.unknown",
    "comms.pause.stage.router",
    "comms.pause.provider.SES",
    "comms.pause.template.a/b",
    "acme/comms.pause.tenant",
    "constructor",
    "",
  ])("%j is refused", (name) => {
    expect(parseFlag(name, "true")).toMatchObject({ kind: "refused", issue: expect.stringContaining("No flag") });
  });

  test("each name that a gate asks for is one of the list", () => {
    const names = [
      flagNames.nonCritical,
      flagNames.pauseTenant,
      flagNames.pauseProvider("twilio"),
      flagNames.pauseTemplate("booking_confirmed"),
      ...channels.flatMap((channel) => [flagNames.channelEnabled(channel), flagNames.pauseChannel(channel)]),
    ];
    expect(names.filter((name) => parseFlag(name, "true").kind === "refused")).toEqual([]);
    const met = new Set(names.map((name) => JSON.stringify(parseFlag(name, "true"))));
    expect(met.size).toBe(flagKinds.length);
  });
});

describe("the value of a flag", () => {
  test.each<[name: string, value: string, binds: boolean]>([
    ["comms.channels.email.enabled", "false", true],
    ["comms.channels.email.enabled", "true", false],
    ["comms.channels.non_critical.enabled", "false", true],
    ["comms.channels.non_critical.enabled", "true", false],
    ["comms.pause.channel.email", "true", true],
    ["comms.pause.channel.email", "false", false],
  ])("%s = %s binds: %s", (name, value, binds) => {
    expect(parseFlag(name, value)).toMatchObject({ kind: "flag", value: value === "true", binds });
  });

  test.each(["False", "FALSE", '"false"', "0", "null", "", " false", "off", "{}", "toString"])(
    "%j is refused, by a sentence without it",
    (value) => {
      const issue = "The value of a flag is true or false, in small letters";
      expect(parseFlag("comms.channels.email.enabled", value)).toEqual({ kind: "refused", issue });
    },
  );
});
