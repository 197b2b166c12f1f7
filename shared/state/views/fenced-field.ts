/** A field of a view as Redis stores it: `<partition>:<offset>:<payload>`. `fenced-apply.lua` writes it. */

/** The payload of a field, or undefined for a tombstone. */
function payloadOf(field: string): string | undefined {
  const start = field.indexOf(":", field.indexOf(":") + 1) + 1;
  return start === field.length ? undefined : field.slice(start);
}

/** The records in a hash by field, without tombstones. Sorted by field, because Redis keeps no order. */
export function recordsOf(hash: unknown): readonly (readonly [string, unknown])[] {
  const fields = hash as Record<string, string>;
  return Object.keys(fields)
    .sort()
    .flatMap((name) => {
      const payload = payloadOf(fields[name] ?? "");
      return payload === undefined ? [] : [[name, JSON.parse(payload)] as const];
    });
}
