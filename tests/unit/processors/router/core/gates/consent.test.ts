import { describe, expect, test } from "vitest";
import { consent } from "#processors/router/core/gates/consent.ts";
import { aConsent } from "#tests/support/policy/records.ts";

describe("consent gate [PRF-05] [PRF-06] [CAN-11]", () => {
  test.each([
    ["email, which needs none", "EMAIL", [], "PASS", "email needs no consent"],
    ["a text without consent", "SMS", [], "DROP", "Consent to sms for booking is missing"],
    [
      "a text with consent to the channel",
      "SMS",
      [aConsent("SMS", "*")],
      "PASS",
      "Consent to sms for booking is given",
    ],
    [
      "a text after a STOP",
      "SMS",
      [aConsent("SMS", "*", { granted: false })],
      "DROP",
      "Consent to sms for booking is withdrawn",
    ],
    ["a push that the device did not allow", "PUSH", [], "DROP", "Consent to push for booking is missing"],
    ["a push that it did", "PUSH", [aConsent("PUSH", "*")], "PASS", "Consent to push for booking is given"],
  ] as const)("given %s", (_, channel, consents, verdict, detail) => {
    expect(consent({ channel, category: "booking" }, consents)).toMatchObject({ verdict, detail });
  });

  test("a no is COMMS_CONSENT_MISSING", () => {
    expect(consent({ channel: "SMS", category: "security" }, [])).toMatchObject({ reason: "COMMS_CONSENT_MISSING" });
  });
});
