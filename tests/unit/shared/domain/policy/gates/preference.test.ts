import { describe, expect, test } from "vitest";
import type { Channel } from "#shared/contracts/records.ts";
import { preference } from "#shared/domain/policy/gates/preference.ts";
import { aConsent, aPerson, aPreference } from "#tests/support/policy/records.ts";

const about = (channel: Channel, category: string, critical = false) => ({ channel, category, critical });
const off = aPreference({ channels: [{ channel: "EMAIL", category: "booking", opted_in: false }] });
const textsOff = aPreference({ channels: [{ channel: "SMS", category: "booking", opted_in: false }] });
const nobody = aPerson({ preference: null, consents: [] });

const cases = [
  {
    name: "on by default",
    message: about("EMAIL", "booking"),
    person: nobody,
    verdict: "PASS",
    detail: "booking on email is on, by default",
  },
  {
    name: "off by default",
    message: about("EMAIL", "promotions"),
    person: nobody,
    verdict: "DROP",
    detail: "promotions on email is off, by default",
  },
  {
    name: "switched off",
    message: about("EMAIL", "booking"),
    person: aPerson({ preference: off }),
    verdict: "DROP",
    detail: "booking on email is off, as the person set it",
  },
  {
    name: "switched off, critical",
    message: about("EMAIL", "booking", true),
    person: aPerson({ preference: off }),
    verdict: "BYPASS",
    detail: "booking on email is off, as the person set it",
  },
  {
    name: "in-app",
    message: about("INAPP", "promotions"),
    person: nobody,
    verdict: "PASS",
    detail: "promotions on inapp is on, always",
  },
  {
    name: "texts with consent to the channel alone",
    message: about("SMS", "booking"),
    person: aPerson({ consents: [aConsent("SMS", "*")] }),
    verdict: "DROP",
    detail: "booking on sms is off, by default",
  },
  {
    name: "texts with consent to the category",
    message: about("SMS", "booking"),
    person: aPerson(),
    verdict: "PASS",
    detail: "booking on sms is on by the person's consent to it",
  },
  {
    name: "texts switched off after the consent",
    message: about("SMS", "booking"),
    person: aPerson({ preference: textsOff }),
    verdict: "DROP",
    detail: "booking on sms is off, as the person set it",
  },
  {
    name: "a security text with consent to the channel",
    message: about("SMS", "security"),
    person: aPerson(),
    verdict: "PASS",
    detail: "security on sms is on, by default",
  },
] as const;

describe("preference gate [CAN-09] [PRF-04] [PRF-05] [PRF-06] [PRF-07] [PRF-08]", () => {
  test.each(cases)("given $name", ({ message, person, verdict, detail }) => {
    expect(preference(message, person)).toMatchObject({ verdict, detail });
  });

  test("a no is COMMS_PREF_BLOCKED, a bypass critical_override", () => {
    expect(preference(about("EMAIL", "promotions"), nobody)).toMatchObject({ reason: "COMMS_PREF_BLOCKED" });
    expect(preference(about("EMAIL", "promotions", true), nobody)).toMatchObject({ reason: "critical_override" });
  });
});
