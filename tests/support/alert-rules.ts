import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

/** The rules of docs/alerts. */
export const alertRules: readonly AlertRule[] = filesOf("docs/alerts").flatMap((file) => {
  const { groups } = read(file) as { readonly groups: readonly { readonly rules: readonly AlertRule[] }[] };
  return groups.flatMap(({ rules }) => rules);
});

/** One test of promtool's: what is scraped, and which alerts fire when. */
interface RuleTest {
  readonly input_series: readonly { readonly series: string; readonly values: string }[];
  readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly object[] }[];
}

/** The files of promtool's tests, relative to the checkout's root. */
export const ruleTestFiles = filesOf("tests/contract/alerts");

/** The tests of all these files. */
export const ruleTests: readonly RuleTest[] = ruleTestFiles.flatMap(
  (file) => (read(file) as { readonly tests: readonly RuleTest[] }).tests,
);

/** The series that stand at 0 before their first event, as these tests take it: name and labels. */
export const seriesFromStart: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>> }[] =
  ruleTests
    .flatMap(({ input_series: series }) => series)
    .filter(({ series, values }) => values.startsWith("0x") && series.includes("_total{"))
    .map(({ series }) => ({
      name: series.slice(0, series.indexOf("{")),
      labels: Object.fromEntries(
        [...series.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]),
      ),
    }));

function filesOf(folder: string): readonly string[] {
  return globSync(`${folder}/*.yaml`, { cwd: root }).sort();
}

function read(file: string): unknown {
  return parse(readFileSync(join(root, file), "utf8"));
}
