/** The texts of one template, filled on demand: the parts of a content are made of them. */
export interface FilledTexts {
  /** A text as it was filled. Throws an `Error` if the template lacks it or it cannot be filled. */
  text(source: "subject" | "html" | "text"): string;
  /** The values of the data, trimmed, without those that are empty. Throws if one of them cannot be filled. */
  data(): Readonly<Record<string, string>>;
}

/** Makes one part of a content. Throws an `Error` without any value of the payload if it cannot. */
export type ContentPart<Value> = (texts: FilledTexts) => Value;

/** A text of one line that is not blank. A header must hold no line break and no control character, even if a variable does. */
export function line(source: "subject"): ContentPart<string> {
  return (texts) =>
    requireText(
      texts
        .text(source)
        .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
        .replaceAll(/ {2,}/g, " ")
        .trim(),
    );
}

/** Lines without trailing blanks, at most one empty line between them, no control characters but the line break. Not blank. */
export function prose(source: "text"): ContentPart<string> {
  return (texts) => {
    const clean = texts
      .text(source)
      .replaceAll(/\r\n?/g, "\n")
      .replaceAll(/[^\P{Cc}\n]/gu, " ");
    const lines = clean.split("\n").map(withoutTrailingBlanks);
    return requireText(
      lines
        .join("\n")
        .replaceAll(/\n{3,}/g, "\n\n")
        .trim(),
    );
  };
}

/** HTML as it was filled. Its variables are escaped; it may be blank. */
export const html: ContentPart<string> = (texts) => texts.text("html");

/** One value of the data, or null. */
export function dataValue(name: string): ContentPart<string | null> {
  return (texts) => texts.data()[name] ?? null;
}

/** Every value of the data but one, which has a part of its own. */
export function dataWithout(name: string): ContentPart<Readonly<Record<string, string>>> {
  return (texts) => {
    const { [name]: _, ...others } = texts.data();
    return others;
  };
}

/** By hand: an expression for blanks at a line's end tries each blank of a long run again, and takes seconds for 50 kB. */
function withoutTrailingBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && " \u00a0".includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

function requireText(text: string): string {
  if (text === "") throw new Error("It is blank");
  return text;
}
