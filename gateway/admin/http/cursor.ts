/** Where a page ends: the values by which its rows are ordered, the last row's. */
export type CursorValues = readonly (string | number)[];

/** An opaque name of a place in a list, for `cursor` of the next request. It holds no address. */
export function writeCursor(values: CursorValues): string {
  return Buffer.from(JSON.stringify(values)).toString("base64url");
}

/**
 * The place that a cursor names; undefined where the text is none of ours for these values. Whoever makes one up sees rows of the
 * own tenant alone, so that it need not be signed.
 */
export function readCursor(text: string, kinds: readonly ("string" | "number")[]): CursorValues | undefined {
  const values = parsed(text);
  if (!Array.isArray(values) || values.length !== kinds.length) return undefined;
  const fits = values.every((value, at) => typeof value === kinds[at] && isAskable(value));
  return fits ? (values as CursorValues) : undefined;
}

/** Whether Postgres can be asked for it: a number as an instant or a sequence, a text without U+0000 and half characters. */
function isAskable(value: unknown): boolean {
  if (typeof value === "number") return Math.abs(value) < 8.64e15;
  return typeof value === "string" && value.length <= 512 && value.isWellFormed() && !/\p{Cc}/u.test(value);
}

function parsed(text: string): unknown {
  try {
    return /^[\w-]{1,1000}$/.test(text) ? JSON.parse(Buffer.from(text, "base64url").toString("utf8")) : undefined;
  } catch {
    return undefined;
  }
}
