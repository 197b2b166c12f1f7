/**
 * The seller to this buyer in the events of a test. Has no profile and so no address: gets nothing but an in-app note.
 * One for each buyer, because the records of one person wait for each other.
 */
export function sellerTo(buyer: string): string {
  return `seller-to-${buyer}`;
}

export function isSeller(userId: string): boolean {
  return userId.startsWith("seller-to-");
}

/** How many there are of each. */
export function tallied(keys: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
