import { describe, expect, test } from "vitest";
import { approve } from "#cli/approve.ts";
import type { CliCommand } from "#cli/command.ts";
import { flag } from "#cli/flag.ts";
import { pauseCommand, resumeCommand } from "#cli/pause.ts";
import { suppressionCommand } from "#cli/suppression.ts";

const given = (args: string, flags: Readonly<Record<string, string | boolean>> = {}) => ({
  args: args === "" ? [] : args.split(" "),
  flags: { format: "text", ...flags },
});
const reason = { reason: "a test" };
const email = { channel: "email" };
const consent = { "consent-source": "call", "consented-at": "2026-11-01T10:00:00Z", document: "T-1" };

describe("the commands of the admin API", () => {
  test.each<readonly [CliCommand, string, Readonly<Record<string, string | boolean>>]>([
    [flag, "", {}],
    [flag, "list", { format: "json" }],
    [flag, "set comms.pause.channel.sms true", reason],
    [flag, "set comms.channels.non_critical.enabled false", { ...reason, for: "90m" }],
    [flag, "clear comms.pause.template.receipt", reason],
    [pauseCommand, "channel sms", reason],
    [pauseCommand, "tenant", { ...reason, for: "2h" }],
    [pauseCommand, "stage router", reason],
    [resumeCommand, "provider ses", reason],
    [approve, "", {}],
    [approve, "list", {}],
    [approve, "abc", { ...reason, reject: true }],
    [suppressionCommand, "list", { since: "7d" }],
    [suppressionCommand, "search", email],
    [suppressionCommand, "add", { ...email, ...reason, evidence: "T-1" }],
    [suppressionCommand, "lift abc", reason],
    [suppressionCommand, "lift abc", { ...reason, ...consent }],
  ])("%# take what they say", (command, args, flags) => {
    expect(command.accepts?.(given(args, flags))).toBe(true);
  });

  test.each<readonly [CliCommand, string, Readonly<Record<string, string | boolean>>]>([
    [flag, "list", { format: "xml" }],
    [flag, "list more", {}],
    [flag, "set comms.pause.channel.sms true", {}],
    [flag, "set comms.pause.channel.sms true", { reason: "  " }],
    [flag, "set comms.pause.channel.sms True", reason],
    [flag, "set comms.pause.channel.fax true", reason],
    [flag, "set comms.pause.channel.sms", reason],
    [flag, "set comms.pause.channel.sms true", { ...reason, for: "soon" }],
    [flag, "clear comms.pause.channel.sms true", reason],
    [flag, "drop comms.pause.channel.sms", reason],
    [pauseCommand, "channel fax", reason],
    [pauseCommand, "channel sms", {}],
    [pauseCommand, "channel", reason],
    [pauseCommand, "tenant acme more", reason],
    [pauseCommand, "channel sms", { ...reason, for: "1w" }],
    // A kill switch drops; it is no pause.
    [pauseCommand, "channels email", reason],
    [resumeCommand, "channel sms", {}],
    [approve, "abc", {}],
    [approve, "abc more", reason],
    [suppressionCommand, "search", {}],
    [suppressionCommand, "add", { ...email, ...reason }],
    [suppressionCommand, "lift", reason],
    [suppressionCommand, "lift abc", { ...reason, document: "T-1" }],
    [suppressionCommand, "remove abc", reason],
  ])("%# refuse what they do not", (command, args, flags) => {
    expect(command.accepts?.(given(args, flags))).toBe(false);
  });
});
