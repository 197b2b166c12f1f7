import { describe, expect, test } from "vitest";
import { channels, needsConsent } from "#shared/domain/channel/channels.ts";
import { consentState, optedInByConsent } from "#shared/domain/consent/consent.ts";
import { aConsent } from "#tests/support/policy/records.ts";

const given = (category: string, at = 1) => aConsent("SMS", category, { updated_at: at });
const withdrawn = (category: string, at = 1) => aConsent("SMS", category, { granted: false, updated_at: at });

describe("consent [PRF-05] [PRF-06]", () => {
  test.each([
    ["nothing", [], "missing"],
    ["another category's", [given("finance")], "missing"],
    ["another channel's", [aConsent("WHATSAPP", "*")], "missing"],
    ["the whole channel's", [given("*")], "given"],
    ["this category's", [given("booking")], "given"],
    ["this category's, withdrawn", [given("*", 9), withdrawn("booking", 1)], "withdrawn"],
    [
      "the whole channel's, withdrawn after the category's was given",
      [given("booking", 1), withdrawn("*", 2)],
      "withdrawn",
    ],
    ["the category's, given after a STOP", [withdrawn("*", 1), given("booking", 2)], "given"],
    ["both at once: the no counts", [withdrawn("*", 2), given("booking", 2)], "withdrawn"],
  ] as const)("given %s, a booking text is %s", (_, consents, then) => {
    expect(consentState(consents, "SMS", "booking")).toBe(then);
  });

  test("only a standing consent to the very category opts in to it", () => {
    expect(optedInByConsent([given("*")], "SMS", "booking")).toBe(false);
    expect(optedInByConsent([given("booking")], "SMS", "booking")).toBe(true);
    expect(optedInByConsent([given("booking", 1), withdrawn("*", 2)], "SMS", "booking")).toBe(false);
  });
  test("texts, WhatsApp and push need one", () => {
    expect([...channels, "UNKNOWN" as const].filter(needsConsent)).toEqual(["PUSH", "SMS", "WHATSAPP"]);
  });
});
