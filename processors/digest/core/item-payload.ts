/** What is kept of one item, bytes at most. */
export const itemBytesMax = 4_096;

/** In place of a payload that a summary can only count. */
export const counted = "null";

/**
 * The payload of an item as it is kept: the fields that its template shows, or `counted` where they are too long or no
 * plain values. Undefined where the payload is no JSON object.
 */
export function cutPayload(payload: string, fields: readonly string[]): string | undefined {
  const whole = parsed(payload);
  if (typeof whole !== "object" || whole === null || Array.isArray(whole)) return undefined;
  const shown = fields.flatMap((field) => (Object.hasOwn(whole, field) ? [[field, Reflect.get(whole, field)]] : []));
  if (!shown.every(([, value]) => isPlain(value))) return counted;
  const text = JSON.stringify(Object.fromEntries(shown));
  return byteLength(text) > itemBytesMax ? counted : text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isPlain(value: unknown): boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

/** Bytes in UTF-8. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
