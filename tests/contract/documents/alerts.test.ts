import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { metricDeclarations } from "#shared/platform/telemetry/metrics.ts";
import { alertRules, ruleTests, seriesFromStart } from "#tests/support/alert-rules.ts";
import { pages, readPage, root } from "./page.ts";

const declarations: Readonly<Record<string, { readonly kind: string; readonly labels: readonly string[] }>> =
  metricDeclarations;
const runbooks = pages.filter(([path]) => path.startsWith("docs/runbooks/"));
const namesIn = (expr: string) =>
  [...expr.matchAll(/comms_\w+/g)].map(([name]) => name.replace(/_bucket$|_count$|_sum$/, ""));

/** Others choose a label of these, so that no process knows it before its first event. */
const openMetrics = ["comms_set_aside_total", "comms_provider_codes_unknown_total", "comms_stage_trouble_total"];

describe("the alert rules", () => {
  test.each(alertRules.map((rule) => [rule.alert, rule] as const))(
    "%s: its metrics and labels exist, and its page is there and names it",
    (alert, { expr, labels, annotations }) => {
      const names = namesIn(expr);
      expect(names.length).toBeGreaterThan(0);
      const known = names.flatMap((name) => declarations[name] ?? []);
      expect(known).toHaveLength(names.length);
      const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(/,\s*/));
      expect(grouped.filter((label) => !known.some(({ labels: own }) => own.includes(label)))).toEqual([]);
      expect(labels.severity).toMatch(/^P[0-3]$/);
      expect(existsSync(join(root, annotations.runbook))).toBe(true);
      expect(readPage(annotations.runbook)).toContain(`\`${alert}\``);
    },
  );

  test.each(alertRules.map((rule) => [rule.alert, rule] as const))("%s: is tested with promtool", (alert) => {
    const own = ruleTests.flatMap(({ alert_rule_test: cases }) => cases.filter(({ alertname }) => alertname === alert));
    expect(own.some(({ exp_alerts: fired }) => fired.length > 0)).toBe(true);
    expect(own.some(({ exp_alerts: fired }) => fired.length === 0)).toBe(true);
  });

  test("that count fire on one event: the series stands at 0 before it, or the rule takes one that was born with it", () => {
    const counting = alertRules.filter(({ expr }) => expr.includes("increase("));
    expect(counting.length).toBeGreaterThan(8);
    for (const { alert, expr } of counting) {
      const [name = ""] = namesIn(expr);
      expect(declarations[name]?.kind, alert).toBe("counter");
      const takesNewSeries = new RegExp(`${name}\\S* unless ${name}\\S* offset`).test(expr);
      const isExposed = seriesFromStart.some((series) => series.name === name);
      expect({ alert, holds: openMetrics.includes(name) ? takesNewSeries : isExposed }).toEqual({ alert, holds: true });
    }
  });
});

describe("the runbooks", () => {
  test.each(runbooks)("%s: if it speaks of an alert, a rule names it; the rules that it names exist", (path, text) => {
    const speaks = /\b[Aa]lert|`Comms[A-Z]/.test(text);
    const named = alertRules.filter(({ annotations }) => annotations.runbook === path);
    expect({ speaks, isNamed: named.length > 0 }).toEqual({ speaks, isNamed: speaks });
    const known = new Set(alertRules.map(({ alert }) => alert));
    expect([...text.matchAll(/`(Comms[A-Z]\w+)`/g)].filter(([, name = ""]) => !known.has(name))).toEqual([]);
  });

  test("repeat no rule's expression", () => {
    const repeats = runbooks.filter(([, text]) => /increase\(|- alert:|\bmax by \(/.test(text)).map(([path]) => path);
    expect(repeats).toEqual([]);
  });
});
