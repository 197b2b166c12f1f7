import { describe, expect, test } from "vitest";
import { categories, streamOf } from "#shared/domain/category/category.ts";

describe("categories [PRF-03]", () => {
  test("are the seven of the policy", () => {
    expect(categories).toEqual(["security", "legal", "booking", "messages", "reviews", "promotions", "finance"]);
  });

  test("only promotions ride on the marketing stream", () => {
    expect(categories.filter((category) => streamOf(category) === "marketing")).toEqual(["promotions"]);
    expect(streamOf("something new")).toBe("transactional");
  });
});
