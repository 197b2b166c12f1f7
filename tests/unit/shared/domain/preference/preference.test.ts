import { describe, expect, test } from "vitest";
import type { Channel } from "#shared/contracts/records.ts";
import { categories } from "#shared/domain/category/category.ts";
import { isOnByDefault } from "#shared/domain/preference/defaults.ts";
import { choiceOf } from "#shared/domain/preference/preference.ts";
import { aPreference } from "#tests/support/policy/records.ts";

describe("default opt-in matrix [PRF-03] [PRF-04] [PRF-05] [PRF-06] [PRF-07]", () => {
  test.each<[Channel, readonly string[]]>([
    ["EMAIL", ["security", "legal", "booking", "messages", "reviews", "finance"]],
    ["PUSH", ["booking", "messages", "reviews"]],
    ["SMS", ["security"]],
    ["INAPP", ["security", "legal", "booking", "messages", "reviews", "promotions", "finance"]],
    ["WHATSAPP", ["security"]],
    ["UNKNOWN", []],
  ])("on %s these are on: %j", (channel, on) => {
    expect(categories.filter((category) => isOnByDefault(channel, category))).toEqual(on);
  });

  test("a category that is none of the seven is off", () => {
    expect(isOnByDefault("EMAIL", "gossip")).toBe(false);
  });
});

describe("what a person chose [CAN-09] [PRF-07]", () => {
  const set = (...switches: readonly [Channel, string, boolean][]) =>
    aPreference({ channels: switches.map(([channel, category, opted_in]) => ({ channel, category, opted_in })) });

  test.each([
    ["nothing set, on by default", null, "EMAIL", "booking", { on: true, source: "default" }],
    ["nothing set, off by default", null, "EMAIL", "promotions", { on: false, source: "default" }],
    ["switched off", set(["EMAIL", "booking", false]), "EMAIL", "booking", { on: false, source: "set" }],
    ["switched on", set(["EMAIL", "promotions", true]), "EMAIL", "promotions", { on: true, source: "set" }],
    ["switched off elsewhere", set(["PUSH", "booking", false]), "EMAIL", "booking", { on: true, source: "default" }],
    [
      "set twice",
      set(["EMAIL", "booking", false], ["EMAIL", "booking", true]),
      "EMAIL",
      "booking",
      { on: true, source: "set" },
    ],
    [
      "in-app switched off all the same",
      set(["INAPP", "booking", false]),
      "INAPP",
      "booking",
      { on: true, source: "fixed" },
    ],
  ] as const)("given %s", (_, preference, channel, category, then) => {
    expect(choiceOf(preference, channel, category)).toEqual(then);
  });
});
