import { expect, test } from "vitest";
import { unsubscribeScope } from "#shared/delivery/email/unsubscribe.ts";
import { aSend } from "../sender-bench.ts";

test.each([
  ["promotions", "stream:marketing"],
  ["booking", "category:booking"],
])("the link of a mail in %s unsubscribes from %s", (category, scope) => {
  expect(unsubscribeScope(aSend({ category }))).toBe(scope);
});
