/** Readers of unknown values. None of them throws. */

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

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : none;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text that is not empty, cut to the longest code or id; else null. */
export function textOf(value: unknown, lengthMax = 320): string | null {
  return typeof value === "string" && value !== "" ? value.slice(0, lengthMax) : null;
}
