/** A field of a view as it lies in Redis: `<partition>:<offset>:<payload>`; `fenced-apply.lua` writes it. */

/** The payload of a field, or undefined for a tombstone. */
function payloadOf(field: string): string | undefined {
  const start = field.indexOf(":", field.indexOf(":") + 1) + 1;
  return start === field.length ? undefined : field.slice(start);
}

/** The records in a hash that are no tombstones, by field, in the order of their names: Redis keeps none. */
export function recordsOf(hash: unknown): readonly (readonly [string, unknown])[] {
  const fields = hash as Record<string, string>;
  return Object.keys(fields)
    .sort()
    .flatMap((name) => {
      const payload = payloadOf(fields[name] ?? "");
      return payload === undefined ? [] : [[name, JSON.parse(payload)] as const];
    });
}
