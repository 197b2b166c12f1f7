import { expect, test } from "vitest";
import { composeEmail } from "#shared/domain/template/layout.ts";

const parts = { locale: "en-US", tracking: true, title: "T", preheader: "P", body: "$& [[title]]" };

test("fills the slots once, and leaves an unknown one", () => {
  expect(composeEmail("[[lang]] [[dir]] [[title]] [[preheader]] [[privacy]] [[other]] [[body]]", parts)).toBe(
    "en-US ltr T P  [[other]] $& [[title]]",
  );
});

test.each(["ar", "he-IL", "fa", "ur-PK"])("%s is written from right to left", (locale) => {
  expect(composeEmail("[[dir]]", { ...parts, locale })).toBe("rtl");
});

test("a page without tracking says so [EML-08]", () => {
  expect(composeEmail("[[privacy]]", { ...parts, tracking: false })).toContain("user-dnt");
});
