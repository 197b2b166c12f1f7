/** The most bytes that are kept of one item. */
export const itemBytesMax = 4_096;

/** Replaces a payload that a summary can only count. */
export const countedOnly = "null";

/**
 * The payload of an item as it is kept: the fields that its template shows, or `countedOnly` if they are too long or not
 * plain values. Undefined if the payload is no JSON object.
 */
export function cutPayload(payload: string, fields: readonly string[]): string | undefined {
  const whole = parseJson(payload);
  if (typeof whole !== "object" || whole === null || Array.isArray(whole)) return undefined;
  const shown = fields.flatMap((field) => (Object.hasOwn(whole, field) ? [[field, Reflect.get(whole, field)]] : []));
  if (!shown.every(([, value]) => isPlain(value))) return countedOnly;
  const text = JSON.stringify(Object.fromEntries(shown));
  return byteLength(text) > itemBytesMax ? countedOnly : text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isPlain(value: unknown): boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

/** The bytes of a text in UTF-8. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
