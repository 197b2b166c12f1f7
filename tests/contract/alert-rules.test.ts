import { describe, expect, test } from "vitest";
import { ruleTestFiles } from "#tests/support/alert-rules.ts";
import { findPromtool, testRules } from "#tests/support/promtool.ts";

const promtool = findPromtool();

describe.skipIf(promtool === undefined)("the alert rules, as Prometheus evaluates them", () => {
  test.each(ruleTestFiles)("%s: each fires on its event, the first of a fresh process too, and not before", (file) => {
    expect(testRules(promtool ?? "", file)).toBe("");
  });
});
