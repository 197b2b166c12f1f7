import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { metricDeclarations } from "#shared/platform/telemetry/metrics.ts";
import { readPage, root } from "./page.ts";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

const rules = globSync("docs/alerts/*.yaml", { cwd: root }).flatMap((file) => {
  const { groups } = parse(readPage(file)) as { readonly groups: readonly { readonly rules: readonly Rule[] }[] };
  return groups.flatMap((group) => group.rules);
});

describe("the alert rules", () => {
  test.each(rules.map((rule) => [rule.alert, rule] as const))(
    "%s: its metrics and labels exist, and its page is there",
    (_, { expr, labels, annotations }) => {
      const names = [...expr.matchAll(/comms_\w+/g)].map(([name]) => name.replace(/_bucket$|_count$|_sum$/, ""));
      expect(names.length).toBeGreaterThan(0);
      const known = names.flatMap(
        (name) => (metricDeclarations as Readonly<Record<string, { labels: readonly string[] }>>)[name] ?? [],
      );
      expect(known).toHaveLength(names.length);
      const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(/,\s*/));
      expect(grouped.filter((label) => !known.some(({ labels: own }) => own.includes(label)))).toEqual([]);
      expect(labels.severity).toMatch(/^P[0-3]$/);
      expect(existsSync(join(root, annotations.runbook))).toBe(true);
    },
  );
});
