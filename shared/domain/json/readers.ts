/** Readers of JSON that somebody else wrote. None of them throws. */

/** An object with unknown fields. */
export type Fields = Readonly<Record<string, unknown>>;

const none: Fields = {};

/** The value of a JSON text; undefined for any other text, and for what is no text. */
export function parseJson(text: unknown): unknown {
  if (typeof text !== "string") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a value is an object, and neither a list nor null. */
export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as an object; one without fields for anything else. */
export function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : none;
}

/** The value as a list; an empty one for anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text that is not empty, cut to the longest code or id; else null. */
export function textOf(value: unknown, lengthMax = 320): string | null {
  return typeof value === "string" && value !== "" ? value.slice(0, lengthMax) : null;
}
