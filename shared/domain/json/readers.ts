/** Readers of unknown values. None of them throws. */

/** An object of unknown fields. */
export type Fields = Readonly<Record<string, unknown>>;

const none: Fields = {};

/** The value of a JSON text, or undefined. */
export function parseJson(text: unknown): unknown {
  if (typeof text !== "string") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a value is an object and no list. */
export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value if it is an object, else one without fields. */
export function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : none;
}

/** The value if it is a list, else an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text that is not empty, cut to the longest code or id; else null. */
export function textOf(value: unknown, lengthMax = 320): string | null {
  return typeof value === "string" && value !== "" ? value.slice(0, lengthMax) : null;
}
