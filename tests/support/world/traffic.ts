import type { Event } from "#shared/avro/records.ts";

/** The event with the buyer alone: a message less to count. */
export function buyerOnly(event: Event): Event {
  return { ...event, actors: event.actors.filter(({ role }) => role === "buyer") };
}

/** How many there are of each. */
export function tallied(keys: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
