import { isObject, parseJson } from "#shared/domain/json/json.ts";

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
  if (!isObject(whole)) return undefined;
  const shown = fields.flatMap((field) => (Object.hasOwn(whole, field) ? [[field, whole[field]]] : []));
  if (!shown.every(([, value]) => isPlain(value))) return countedOnly;
  const text = JSON.stringify(Object.fromEntries(shown));
  return Buffer.byteLength(text) > itemBytesMax ? countedOnly : text;
}

function isPlain(value: unknown): boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}
