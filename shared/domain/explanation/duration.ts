const units = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
] as const;

/** A duration in words, in its two largest units: `8 hours 2 minutes`, `1.2 seconds`, `340 milliseconds`. At least 0. */
export function describeDuration(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  if (whole < 1_000) return counted(whole, "millisecond");
  if (whole < 60_000) return counted(Math.floor(whole / 100) / 10, "second");
  const first = units.findIndex(([, size]) => whole >= size);
  return units
    .slice(first, first + 2)
    .map(
      ([name, size], at) => [name, Math.floor((at === 0 ? whole : whole % (units[first]?.[1] ?? 1)) / size)] as const,
    )
    .filter(([, count]) => count > 0)
    .map(([name, count]) => counted(count, name))
    .join(" ");
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
