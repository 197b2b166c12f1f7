/**
 * What JSON allows and a later part cannot keep: PostgreSQL takes neither U+0000 nor half a surrogate pair nor a number
 * beyond its own, and whoever walks a payload by recursion ends at some depth. Faults are sentences without a value.
 */

const outOfRange = "payload has a number that is out of range";
const strings = /"[^"\\]*(?:\\.[^"\\]*)*"/g;
/** A number as it is written that may be more than a double, or less. */
const immense = /\d{400}|\d[eE][+-]?\d{4}/;

/** A fault of the numbers as they are written: what is too small for a double reads as 0, and only its text tells. */
export function numbersIssue(json: string): string | undefined {
  if (!immense.test(json)) return undefined;
  return immense.test(json.replaceAll(strings, '""')) ? outOfRange : undefined;
}

/** The first fault of a value that was JSON. Looks no deeper than it may go. */
export function valueIssue(value: unknown, depthMax: number): string | undefined {
  if (typeof value === "string") return textFault(value);
  if (typeof value === "number") return Number.isFinite(value) ? undefined : outOfRange;
  if (typeof value !== "object" || value === null) return undefined;
  if (depthMax === 0) return "payload is nested too deep";
  return Array.isArray(value) ? listFault(value, depthMax - 1) : objectFault(value, depthMax - 1);
}

function listFault(list: readonly unknown[], depthMax: number): string | undefined {
  for (const value of list) {
    const fault = valueIssue(value, depthMax);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function objectFault(object: object, depthMax: number): string | undefined {
  for (const [key, value] of Object.entries(object)) {
    const fault = textFault(key) ?? valueIssue(value, depthMax);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function textFault(text: string): string | undefined {
  if (text.includes("\0")) return "payload has the character U+0000 in it";
  return text.isWellFormed() ? undefined : "payload has half a surrogate pair in it";
}
