import type { Child } from "#cli/demo/children.ts";
import type { MetricName } from "#shared/platform/telemetry/metrics.ts";

/** The value of a counter or gauge of a running process, summed over the labels that are not named. */
export async function metric(
  child: Child,
  name: MetricName,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const text = await (await fetch(`${child.healthUrl}/metrics`)).text();
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return text
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`) && wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}
