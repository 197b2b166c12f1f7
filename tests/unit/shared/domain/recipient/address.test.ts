import { describe, expect, test } from "vitest";
import { addressOf, hasAddresses } from "#shared/domain/recipient/address.ts";
import { aPerson, aProfile } from "#tests/support/policy/records.ts";

describe("address of a person", () => {
  test.each([
    ["EMAIL", "ines@example.com"],
    ["SMS", "+12025550143"],
    ["WHATSAPP", "+12025550143"],
    ["PUSH", undefined],
    ["INAPP", undefined],
    ["UNKNOWN", undefined],
  ] as const)("on %s is %s", (channel, address) => {
    expect(addressOf(aPerson(), channel)).toBe(address);
    expect(hasAddresses(channel)).toBe(address !== undefined);
  });

  test("blank or absent is none", () => {
    expect(addressOf(aPerson({ profile: aProfile({ email: "  " }) }), "EMAIL")).toBeUndefined();
    expect(addressOf(aPerson({ profile: null }), "SMS")).toBeUndefined();
  });
});
