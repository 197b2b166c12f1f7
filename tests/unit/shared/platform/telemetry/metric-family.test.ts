import fc from "fast-check";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { type FamilyDeclaration, MetricFamily } from "#shared/platform/telemetry/metric-family.ts";

const buckets = [0.1, 1, 10];
const declarations: Readonly<Record<string, FamilyDeclaration>> = {
  comms_none_total: { kind: "counter", help: "Without labels", labels: [], buckets: [] },
  comms_one_total: { kind: "counter", help: "A help with a \\ and\na second line", labels: ["stage"], buckets: [] },
  comms_three: { kind: "gauge", help: "Three", labels: ["stage", "topic", "reason"], buckets: [] },
  comms_bare: { kind: "gauge", help: "None", labels: [], buckets: [] },
  comms_time_seconds: { kind: "histogram", help: "Time", labels: ["channel", "outcome"], buckets },
};

/** The same metrics by prom-client alone. */
function promClient(registry: Registry): ReadonlyMap<string, Counter | Gauge | Histogram> {
  const metrics = new Map<string, Counter | Gauge | Histogram>();
  for (const [name, { kind, help, labels }] of Object.entries(declarations)) {
    const options = { name, help, labelNames: [...labels], registers: [registry] };
    if (kind === "counter") metrics.set(name, new Counter(options));
    else if (kind === "gauge") metrics.set(name, new Gauge(options));
    else metrics.set(name, new Histogram({ ...options, buckets }));
  }
  return metrics;
}

const value = fc.oneof(fc.constantFrom(0, 0.1, 1, 10, 11), fc.double({ min: 0, max: 20, noNaN: true }));
const step = fc.record({
  name: fc.constantFrom(...Object.keys(declarations)),
  labels: fc.array(fc.constantFrom("", "a", "b", 'c"\\\n', "__proto__"), { minLength: 3, maxLength: 3 }),
  value,
  isRemoved: fc.boolean(),
});

describe("a metric", () => {
  it("is written out as prom-client writes its own, whatever was counted, set, observed and removed", async () => {
    let series = 0;
    let removed = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const [ours, theirs] = [new Registry(), new Registry()];
        const families = new Map(
          Object.entries(declarations).map(([name, one]) => [name, new MetricFamily(name, one, ours)]),
        );
        const metrics = promClient(theirs);
        for (const { name, labels: values, value: by, isRemoved } of steps) {
          const names = declarations[name]?.labels ?? [];
          const labels = Object.fromEntries(names.map((label, n) => [label, values[n] ?? ""]));
          const [family, metric] = [families.get(name), metrics.get(name)];
          if (metric instanceof Gauge && isRemoved) {
            metric.remove(labels);
            family?.remove(labels);
            removed++;
            continue;
          }
          if (metric instanceof Counter) metric.inc(labels, by);
          else if (metric instanceof Gauge) metric.set(labels, by);
          else metric?.observe(labels, by);
          if (metric instanceof Counter) family?.add(labels, by);
          else if (metric instanceof Gauge) family?.set(labels, by);
          else family?.observe(labels, by);
        }
        const text = await ours.metrics();
        expect(text).toBe(await theirs.metrics());
        series += text.split("\n").filter((line) => line.includes("{")).length;
      }),
      { numRuns: 200 },
    );
    expect(series).toBeGreaterThan(1_000);
    expect(removed).toBeGreaterThan(100);
  });

  it("is no longer shown once removed, and begins again with its next value", async () => {
    const registry = new Registry();
    const family = new MetricFamily("comms_x", declarations["comms_three"] as FamilyDeclaration, registry);
    const [one, other] = ["a", "b"].map((topic) => ({ stage: "router", topic, reason: "r" }));
    for (const labels of [one, other]) family.set(labels ?? {}, 2);
    const shown = async () => (await registry.metrics()).split("\n").filter((line) => line.includes("{"));
    family.remove(one ?? {});
    expect(await shown()).toEqual(['comms_x{stage="router",topic="b",reason="r"} 2']);
    family.set(one ?? {}, 3);
    expect((await shown())[1]).toBe('comms_x{stage="router",topic="a",reason="r"} 3');
  });

  it("is read as the sum of all series that have the labels", () => {
    const family = new MetricFamily("comms_x", declarations["comms_three"] as FamilyDeclaration, new Registry());
    family.add({ stage: "router", topic: "a", reason: "r" }, 2);
    family.add({ stage: "router", topic: "b", reason: "r" }, 3);
    family.add({ stage: "intake", topic: "b", reason: "r" }, 5);
    expect([family.read({ stage: "router" }), family.read({ topic: "b" }), family.read({})]).toEqual([5, 8, 10]);
    expect(family.read({ stage: "nobody" })).toBe(0);
  });
});
