import { describe, expect, test } from "vitest";
import { recipientsOf } from "#shared/domain/recipient/actors.ts";
import { addressOf, hasAddresses } from "#shared/domain/recipient/address.ts";
import { cityLocale } from "#shared/domain/recipient/city-locale.ts";
import { aPerson, aProfile } from "#tests/support/policy/records.ts";

describe("recipients of an event [RTR-02]", () => {
  const actors = [
    { role: "buyer", user_id: "b" },
    { role: "seller", user_id: "s" },
    { role: "buyer", user_id: "a" },
    { role: "buyer", user_id: "b" },
  ];

  test("are the people in the role, each once, in the order told", () => {
    expect(recipientsOf("buyer", actors)).toEqual(["b", "a"]);
    expect(recipientsOf("admin", actors)).toEqual([]);
  });
});

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

describe("default locale of a city [RTR-02] [LOC-01]", () => {
  test.each([
    ["Montréal", "fr-CA"],
    [" QUÉBEC ", "fr-CA"],
    ["San Juan", "es-US"],
    ["Oslo", null],
    ["constructor", null],
    [null, null],
  ])("%s: %s", (city, locale) => {
    expect(cityLocale(city)).toBe(locale);
  });
});
