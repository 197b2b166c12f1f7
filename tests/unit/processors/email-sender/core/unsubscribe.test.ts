import { expect, test } from "vitest";
import { unsubscribeScope } from "#processors/email-sender/core/unsubscribe.ts";
import { aSend } from "../../../shared/delivery/sender-bench.ts";

test.each([
  ["promotions", "stream:marketing"],
  ["booking", "category:booking"],
])("the link of a mail in %s unsubscribes from %s", (category, scope) => {
  expect(unsubscribeScope(aSend({ category }))).toBe(scope);
});
