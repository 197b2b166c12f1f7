import { describe, expect, test } from "vitest";
import type { Channel } from "#shared/contracts/records.ts";
import { categories } from "#shared/domain/category/category.ts";
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
    expect(categories.filter((category) => choiceOf(null, channel, category).on)).toEqual(on);
  });

  test("a category that is none of the seven is off", () => {
    expect(choiceOf(null, "EMAIL", "gossip").on).toBe(false);
  });
});

describe("what a person chose [CAN-09] [PRF-07]", () => {
  const set = (...switches: readonly [Channel, string, boolean][]) =>
    aPreference({ channels: switches.map(([channel, category, opted_in]) => ({ channel, category, opted_in })) });

  test.each([
    {
      name: "nothing set, on by default",
      preference: null,
      channel: "EMAIL",
      category: "booking",
      expected: { on: true, source: "default" },
    },
    {
      name: "nothing set, off by default",
      preference: null,
      channel: "EMAIL",
      category: "promotions",
      expected: { on: false, source: "default" },
    },
    {
      name: "switched off",
      preference: set(["EMAIL", "booking", false]),
      channel: "EMAIL",
      category: "booking",
      expected: { on: false, source: "set" },
    },
    {
      name: "switched on",
      preference: set(["EMAIL", "promotions", true]),
      channel: "EMAIL",
      category: "promotions",
      expected: { on: true, source: "set" },
    },
    {
      name: "switched off elsewhere",
      preference: set(["PUSH", "booking", false]),
      channel: "EMAIL",
      category: "booking",
      expected: { on: true, source: "default" },
    },
    {
      name: "set twice",
      preference: set(["EMAIL", "booking", false], ["EMAIL", "booking", true]),
      channel: "EMAIL",
      category: "booking",
      expected: { on: true, source: "set" },
    },
    {
      name: "in-app switched off all the same",
      preference: set(["INAPP", "booking", false]),
      channel: "INAPP",
      category: "booking",
      expected: { on: true, source: "fixed" },
    },
  ] as const)("given $name", ({ preference, channel, category, expected }) => {
    expect(choiceOf(preference, channel, category)).toEqual(expected);
  });
});
