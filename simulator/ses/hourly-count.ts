/** How many mails were accepted in the last 24 hours, to the hour. Holds at most 25 numbers. */
export interface HourlyCount {
  add(at: number): void;
  lastDay(now: number): number;
}

const hourMs = 3_600_000;

export function createHourlyCount(): HourlyCount {
  const counts = new Map<number, number>();

  const forget = (hour: number): void => {
    for (const known of counts.keys()) if (known <= hour - 24) counts.delete(known);
  };

  return {
    add(at) {
      const hour = Math.floor(at / hourMs);
      if (!counts.has(hour)) forget(hour);
      counts.set(hour, (counts.get(hour) ?? 0) + 1);
    },
    lastDay(now) {
      forget(Math.floor(now / hourMs));
      return [...counts.values()].reduce((sum, count) => sum + count, 0);
    },
  };
}
