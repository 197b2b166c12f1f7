import { describe, expect, test } from "vitest";
import type { SuppressionReason } from "#shared/contracts/records.ts";
import { binds, covers, decisiveSuppression } from "#shared/domain/suppression/suppression.ts";
import { aSuppression } from "#tests/support/policy/records.ts";

describe("scope of an entry", () => {
  test.each([
    ["all", "booking", true],
    ["category:booking", "booking", true],
    ["category:booking", "finance", false],
    ["stream:marketing", "promotions", true],
    ["stream:marketing", "booking", false],
    ["stream:transactional", "booking", true],
    ["stream:transactional", "promotions", false],
    ["region:eu", "booking", true],
  ])("%s covers %s: %s", (scope, category, then) => {
    expect(covers(scope, category)).toBe(then);
  });
});

describe("which reasons stop what [CAN-11] [SUP-02]", () => {
  test.each<[SuppressionReason, boolean]>([
    ["HARD_BOUNCE", true],
    ["STOP", true],
    ["LEGAL", true],
    ["MANUAL", true],
    ["UNKNOWN", true],
    ["COMPLAINT", false],
    ["UNSUBSCRIBE", false],
    ["SOFT_BOUNCE", false],
  ])("%s stops the rest always and critical messages: %s", (reason, critical) => {
    const entry = aSuppression({ reason });
    expect(binds(entry, { category: "security", critical: false })).toBe(true);
    expect(binds(entry, { category: "security", critical: true })).toBe(critical);
  });
});

describe("the union of entries", () => {
  const message = { category: "booking", critical: false };

  test("given an entry for another category and one for all, the one for all stops it", () => {
    const all = aSuppression({ reason: "COMPLAINT" });
    expect(decisiveSuppression([aSuppression({ scope: "category:finance" }), all], message)).toBe(all);
  });

  test("given none that covers the message, nothing stops it", () => {
    expect(decisiveSuppression([aSuppression({ scope: "stream:marketing" })], message)).toBeUndefined();
  });

  test("given several, the legal one is named", () => {
    const legal = aSuppression({ reason: "LEGAL", origin: "ADMIN" });
    expect(decisiveSuppression([aSuppression(), legal], message)).toBe(legal);
  });
});
