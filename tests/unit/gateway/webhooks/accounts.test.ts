import { describe, expect, it } from "vitest";
import { accountEntries } from "#gateway/webhooks/accounts.ts";

describe("the text of COMMS_ACCOUNTS", () => {
  it("is a list in YAML, whose values are read as text", () => {
    const text =
      "- id: acme-sms\n  tenant: acme\n  provider: twilio\n  settings: { COMMS_TWILIO_RATE: 5, COMMS_X: true }";
    expect(accountEntries(text)).toEqual({
      entries: [
        {
          id: "acme-sms",
          tenant: "acme",
          provider: { name: "twilio" },
          settings: { COMMS_TWILIO_RATE: "5", COMMS_X: "true" },
        },
      ],
      issues: [],
    });
  });

  it("may be empty", () => expect(accountEntries("")).toEqual({ entries: [], issues: [] }));

  it.each([
    ["canary: [", "COMMS_ACCOUNTS: is not a YAML list"],
    ["canary", "COMMS_ACCOUNTS: is not a YAML list"],
    ["- { id: canary, tenant: t, provider: p }", "COMMS_ACCOUNTS: entry 1: settings: "],
    ["- { id: a, tenant: t, provider: p, settings: { X: [canary] } }", "COMMS_ACCOUNTS: entry 1: settings.X: "],
  ])("is refused without a value of it: %s", (text, issue) => {
    const { entries, issues } = accountEntries(text);
    expect(entries).toEqual([]);
    expect(issues).toEqual([expect.stringContaining(issue)]);
    expect(issues.join()).not.toContain("canary");
  });
});
