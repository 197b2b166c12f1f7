import { describe, expect, test } from "vitest";
import { categories } from "#shared/domain/category/category.ts";
import { isOnByDefault } from "#shared/domain/preference/defaults.ts";

describe("the default matrix", () => {
  test.each([
    { channel: "EMAIL", off: ["promotions"] },
    { channel: "PUSH", off: ["security", "legal", "promotions", "finance"] },
    { channel: "SMS", off: ["legal", "booking", "messages", "reviews", "promotions", "finance"] },
    { channel: "INAPP", off: [] },
    { channel: "WHATSAPP", off: ["legal", "booking", "messages", "reviews", "promotions", "finance"] },
    { channel: "UNKNOWN", off: [...categories] },
  ] as const)("$channel is on for all but what it lists", ({ channel, off }) => {
    const found = categories.filter((category) => !isOnByDefault(channel, category));
    expect(found.toSorted()).toEqual([...off].toSorted());
  });

  test("an unknown category is off everywhere", () => {
    expect(isOnByDefault("INAPP", "weather")).toBe(false);
  });
});
