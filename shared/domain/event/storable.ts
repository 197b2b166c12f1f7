/**
 * Values that JSON allows and a later stage cannot keep: PostgreSQL takes no U+0000, no half surrogate pair and no number
 * beyond its own range, and a recursive reader fails at some depth. Issues are sentences without a value.
 */

const outOfRange = "payload has a number that is out of range";
/** A string, or what is left of one: the closing quote may lack, so that no quote is tried twice. */
const strings = /"[^"\\]*(?:\\.[^"\\]*)*"?/gs;
/** A written number that may be beyond the range of a double, or below its precision. A run of digits is tried once, at its start. */
const immense = /(?<!\d)\d{400}|\d[eE][+-]?\d{4}/;

/** The issue of the written numbers: a number too small for a double reads as 0, so only the text shows it. */
export function numbersIssue(json: string): string | undefined {
  if (!immense.test(json)) return undefined;
  return immense.test(json.replaceAll(strings, '""')) ? outOfRange : undefined;
}

/** The first issue of a value that was JSON. It looks no deeper than `depthMax`. */
export function valueIssue(value: unknown, depthMax: number): string | undefined {
  if (typeof value === "string") return textIssue(value);
  if (typeof value === "number") return Number.isFinite(value) ? undefined : outOfRange;
  if (typeof value !== "object" || value === null) return undefined;
  if (depthMax === 0) return "payload is nested too deep";
  return Array.isArray(value) ? listIssue(value, depthMax - 1) : objectIssue(value, depthMax - 1);
}

function listIssue(list: readonly unknown[], depthMax: number): string | undefined {
  for (const value of list) {
    const issue = valueIssue(value, depthMax);
    if (issue !== undefined) return issue;
  }
  return undefined;
}

function objectIssue(object: object, depthMax: number): string | undefined {
  for (const [key, value] of Object.entries(object)) {
    const issue = textIssue(key) ?? valueIssue(value, depthMax);
    if (issue !== undefined) return issue;
  }
  return undefined;
}

function textIssue(text: string): string | undefined {
  if (text.includes("\0")) return "payload has the character U+0000 in it";
  return text.isWellFormed() ? undefined : "payload has half a surrogate pair in it";
}
