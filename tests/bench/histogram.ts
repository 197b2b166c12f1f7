/** The buckets of one histogram over several processes, all labels but `le` and `channel` added up. */
export type Buckets = ReadonlyMap<number, number>;

/** Adds up a histogram's cumulative buckets out of Prometheus texts. */
export function bucketsOf(texts: readonly string[], name: string): Buckets {
  const sums = new Map<number, number>();
  for (const text of texts) {
    for (const [, labels = "", value] of text.matchAll(new RegExp(`^${name}_bucket\\{(.*)\\} (\\S+)$`, "gm"))) {
      const bound = /le="([^"]+)"/.exec(labels)?.[1] ?? "";
      const at = bound === "+Inf" ? Number.POSITIVE_INFINITY : Number(bound);
      sums.set(at, (sums.get(at) ?? 0) + Number(value));
    }
  }
  return sums;
}

/** A counter over several processes, all its labels added up. */
export function counted(texts: readonly string[], name: string): number {
  const samples = texts.flatMap((text) => [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, "gm"))]);
  return samples.reduce((sum, [, value]) => sum + Number(value), 0);
}

/** What came since `before`: counters only grow. */
export function since(after: Buckets, before: Buckets): Buckets {
  return new Map([...after].map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)]));
}

/** The share of observations that were no larger than a bound which has a bucket, 0 to 1. */
export function shareWithin(buckets: Buckets, bound: number): number {
  const all = buckets.get(Number.POSITIVE_INFINITY) ?? 0;
  return all === 0 ? Number.NaN : (buckets.get(bound) ?? 0) / all;
}
