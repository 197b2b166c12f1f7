/** The value below which that share of the values lies; nearest rank. `NaN` for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** `p50 12, p95 40, p99 88, max 120` in ms. */
export function spread(values: readonly number[]): string {
  const at = (share: number) => Math.round(percentile(values, share));
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, max ${at(1)} ms (n ${values.length})`;
}

/** Prints a heading, or a line of figures under it. */
export function heading(text: string): void {
  process.stdout.write(`\n== ${text}\n`);
}

export function figure(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(48)} ${value}\n`);
}
