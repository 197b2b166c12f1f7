import { describe, expect, test } from "vitest";
import { consent } from "#shared/domain/policy/gates/consent.ts";
import { aConsent } from "#tests/support/policy/records.ts";

describe("consent gate [PRF-05] [PRF-06] [CAN-11]", () => {
  test.each([
    {
      name: "email, which needs none",
      channel: "EMAIL",
      consents: [],
      verdict: "PASS",
      detail: "email needs no consent",
    },
    {
      name: "a text without consent",
      channel: "SMS",
      consents: [],
      verdict: "DROP",
      detail: "Consent to sms for booking is missing",
    },
    {
      name: "a text with consent to the channel",
      channel: "SMS",
      consents: [aConsent("SMS", "*")],
      verdict: "PASS",
      detail: "Consent to sms for booking is given",
    },
    {
      name: "a text after a STOP",
      channel: "SMS",
      consents: [aConsent("SMS", "*", { granted: false })],
      verdict: "DROP",
      detail: "Consent to sms for booking is withdrawn",
    },
    {
      name: "a push that the device did not allow",
      channel: "PUSH",
      consents: [],
      verdict: "DROP",
      detail: "Consent to push for booking is missing",
    },
    {
      name: "a push that it did",
      channel: "PUSH",
      consents: [aConsent("PUSH", "*")],
      verdict: "PASS",
      detail: "Consent to push for booking is given",
    },
  ] as const)("given $name", ({ channel, consents, verdict, detail }) => {
    expect(consent({ channel, category: "booking" }, consents)).toMatchObject({ verdict, detail });
  });

  test("a no is COMMS_CONSENT_MISSING", () => {
    expect(consent({ channel: "SMS", category: "security" }, [])).toMatchObject({ reason: "COMMS_CONSENT_MISSING" });
  });
});
