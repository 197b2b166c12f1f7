import type { Histogram, Registry } from "prom-client";

/** What a metric is declared with. `buckets` are those of a histogram, in rising order. */
export interface FamilyDeclaration {
  readonly kind: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets: readonly number[];
}

type LabelValues = Readonly<Record<string, string>>;

/** One set of labels of a metric with its value. */
interface Series {
  readonly labels: LabelValues;
  /** The value; of a histogram, the sum of what it has seen. */
  value: number;
  count: number;
  /** How many values fell into each bucket, those of lower ones not included. */
  readonly buckets: number[];
}

interface Sample {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** A level of the tree in which a series is found, by the values of its labels in their declared order. */
type Branch = Map<string, Branch | Series>;

/**
 * One metric. prom-client's own find a series by a text made of all labels at each call; here each value of a label is looked
 * up as it is, so that a record costs no text. prom-client writes it out.
 */
export class MetricFamily {
  readonly name: string;
  readonly declaration: FamilyDeclaration;
  readonly #root: Branch = new Map();
  readonly #all: Series[] = [];

  constructor(name: string, declaration: FamilyDeclaration, registry: Registry) {
    this.name = name;
    this.declaration = declaration;
    // A gauge or counter without labels shows 0 before it is first set, as prom-client's do.
    if (declaration.labels.length === 0) this.#of({});
    registry.registerMetric(this as unknown as Histogram);
  }

  add(labels: LabelValues, by: number): void {
    this.#of(labels).value += by;
  }

  set(labels: LabelValues, value: number): void {
    this.#of(labels).value = value;
  }

  /** Takes the series with exactly these labels away; it begins again with the next value. */
  remove(labels: LabelValues): void {
    const { labels: names } = this.declaration;
    const at = this.#all.findIndex((series) => names.every((name) => series.labels[name] === labels[name]));
    if (at < 0) return;
    this.#all.splice(at, 1);
    const path = names.map((name) => labels[name] as string);
    const leaf = path.pop();
    let branch = this.#root;
    for (const value of path) branch = branch.get(value) as Branch;
    if (leaf !== undefined) branch.delete(leaf);
  }

  observe(labels: LabelValues, value: number): void {
    const series = this.#of(labels);
    series.value += value;
    series.count++;
    const { buckets } = this.declaration;
    for (let b = 0; b < buckets.length; b++) {
      if (value > (buckets[b] as number)) continue;
      series.buckets[b] = (series.buckets[b] as number) + 1;
      return;
    }
  }

  /** The sum over all series that have these labels. */
  read(labels: LabelValues): number {
    const wanted = Object.entries(labels);
    const hits = this.#all.filter((series) => wanted.every(([label, value]) => series.labels[label] === value));
    return hits.reduce((sum, { value }) => sum + value, 0);
  }

  /** As prom-client's registry asks for it. */
  get() {
    const { name, declaration } = this;
    const values = declaration.kind === "histogram" ? this.#all.flatMap((one) => this.#bucketsOf(one)) : this.#all;
    return Promise.resolve({ name, help: declaration.help, type: declaration.kind, aggregator: "sum", values });
  }

  #of(labels: LabelValues): Series {
    const { labels: names } = this.declaration;
    let node: Branch | Series | undefined = this.#root;
    for (const name of names) {
      node = (node as Branch).get(labels[name] as string);
      if (node === undefined) return this.#grow(labels);
    }
    return names.length === 0 ? (this.#all[0] ?? this.#grow(labels)) : (node as Series);
  }

  #grow(labels: LabelValues): Series {
    const { labels: names, buckets } = this.declaration;
    const own = Object.fromEntries(names.map((name) => [name, labels[name] as string]));
    const series: Series = { labels: own, value: 0, count: 0, buckets: buckets.map(() => 0) };
    this.#all.push(series);
    let branch = this.#root;
    for (const [depth, name] of names.entries()) {
      const value = own[name] as string;
      if (depth === names.length - 1) branch.set(value, series);
      else branch = branchOf(branch, value);
    }
    return series;
  }

  #bucketsOf({ labels, value, count, buckets }: Series): Sample[] {
    const metricName = `${this.name}_bucket`;
    let below = 0;
    const own = this.declaration.buckets.map((le, b) => {
      below += buckets[b] as number;
      return { metricName, labels: { le, ...labels }, value: below };
    });
    return [
      ...own,
      { metricName, labels: { le: "+Inf", ...labels }, value: count },
      { metricName: `${this.name}_sum`, labels, value },
      { metricName: `${this.name}_count`, labels, value: count },
    ];
  }
}

function branchOf(branch: Branch, value: string): Branch {
  const known = branch.get(value) as Branch | undefined;
  if (known) return known;
  const next: Branch = new Map();
  branch.set(value, next);
  return next;
}
