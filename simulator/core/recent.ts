/** The latest values by key; the oldest is forgotten when there are more than `max`. */
export interface Recent<Value> {
  add(key: string, value: Value): void;
  find(key: string): Value | undefined;
  /** Oldest first. */
  values(): Iterable<Value>;
}

export function createRecent<Value>(max: number): Recent<Value> {
  const kept = new Map<string, Value>();
  return {
    find: (key) => kept.get(key),
    values: () => kept.values(),
    add(key, value) {
      kept.set(key, value);
      const oldest = kept.keys().next().value;
      if (kept.size > max && oldest !== undefined) kept.delete(oldest);
    },
  };
}
