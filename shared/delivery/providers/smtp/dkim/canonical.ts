/** A mail in two: its header fields, folds and all, in their order; and its body. Latin-1, so a character is a byte. */
export interface HeaderAndBody {
  readonly fields: readonly string[];
  readonly body: string;
}

/** Splits raw bytes at the first empty line. Lines end in CR LF; without an empty line the whole is header. */
export function splitMail(raw: Uint8Array): HeaderAndBody {
  const text = Buffer.from(raw).toString("latin1");
  const at = text.indexOf("\r\n\r\n");
  const head = at < 0 ? text : text.slice(0, at);
  const fields = head.split(/\r\n(?![ \t])/).filter((field) => field !== "");
  return { fields, body: at < 0 ? "" : text.slice(at + 4) };
}

/** The name of a field, in small letters. */
export function fieldName(field: string): string {
  return field.slice(0, field.indexOf(":")).trimEnd().toLowerCase();
}

/** RFC 6376, 3.4.2: a field unfolded, its name in small letters, blanks as one space. Without the CR LF. */
export function relaxedField(field: string): string {
  const value = field.slice(field.indexOf(":") + 1).replaceAll("\r\n", "");
  return `${fieldName(field)}:${value.replace(/[ \t]+/g, " ").replace(/^ | $/g, "")}`;
}

/** RFC 6376, 3.4.4: blanks as one space, none at a line's end, no empty lines at the end. An empty body stays empty. */
export function relaxedBody(body: string): string {
  const lines = body.split("\r\n").map((line) => line.replace(/[ \t]+/g, " ").replace(/ $/, ""));
  const last = lines.findLastIndex((line) => line !== "");
  return lines
    .slice(0, last + 1)
    .map((line) => `${line}\r\n`)
    .join("");
}
