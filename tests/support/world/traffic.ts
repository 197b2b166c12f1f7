/** Sells in the events of a test and has no profile: no address is known, so nothing but a note in the centre is theirs. */
export const nobody = "nobody";

/** How many there are of each. */
export function tallied(keys: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
