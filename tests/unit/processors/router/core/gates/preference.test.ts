import { describe, expect, test } from "vitest";
import { preference } from "#processors/router/core/gates/preference.ts";
import type { Channel } from "#shared/contracts/records.ts";
import { aConsent, aPerson, aPreference } from "#tests/support/policy/records.ts";

const about = (channel: Channel, category: string, critical = false) => ({ channel, category, critical });
const off = aPreference({ channels: [{ channel: "EMAIL", category: "booking", opted_in: false }] });
const textsOff = aPreference({ channels: [{ channel: "SMS", category: "booking", opted_in: false }] });
const nobody = aPerson({ preference: null, consents: [] });

describe("preference gate [CAN-09] [PRF-04] [PRF-05] [PRF-06] [PRF-07] [PRF-08]", () => {
  test.each([
    ["on by default", about("EMAIL", "booking"), nobody, "PASS", "booking on email is on, by default"],
    ["off by default", about("EMAIL", "promotions"), nobody, "DROP", "promotions on email is off, by default"],
    [
      "switched off",
      about("EMAIL", "booking"),
      aPerson({ preference: off }),
      "DROP",
      "booking on email is off, as the person set it",
    ],
    [
      "switched off, critical",
      about("EMAIL", "booking", true),
      aPerson({ preference: off }),
      "BYPASS",
      "booking on email is off, as the person set it",
    ],
    ["in-app", about("INAPP", "promotions"), nobody, "PASS", "promotions on inapp is on, always"],
    [
      "texts with consent to the channel alone",
      about("SMS", "booking"),
      aPerson({ consents: [aConsent("SMS", "*")] }),
      "DROP",
      "booking on sms is off, by default",
    ],
    [
      "texts with consent to the category",
      about("SMS", "booking"),
      aPerson(),
      "PASS",
      "booking on sms is on by the person's consent to it",
    ],
    [
      "texts switched off after the consent",
      about("SMS", "booking"),
      aPerson({ preference: textsOff }),
      "DROP",
      "booking on sms is off, as the person set it",
    ],
    [
      "a security text with consent to the channel",
      about("SMS", "security"),
      aPerson(),
      "PASS",
      "security on sms is on, by default",
    ],
  ] as const)("given %s", (_, message, person, verdict, detail) => {
    expect(preference(message, person)).toMatchObject({ verdict, detail });
  });

  test("a no is COMMS_PREF_BLOCKED, a bypass critical_override", () => {
    expect(preference(about("EMAIL", "promotions"), nobody)).toMatchObject({ reason: "COMMS_PREF_BLOCKED" });
    expect(preference(about("EMAIL", "promotions", true), nobody)).toMatchObject({ reason: "critical_override" });
  });
});
