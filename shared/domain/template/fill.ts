import type { Content } from "../message/content.ts";
import type { LiquidText } from "./engine.ts";
import type { ParsedTemplate } from "./parsed.ts";

/** A part that could not be filled. The error holds the part's name and no value, so it may be logged. */
export class FillError extends Error {
  readonly part: string;
  readonly isLoggable = true;

  constructor(part: string, cause: unknown) {
    super(`The ${part} could not be filled`, { cause });
    this.name = "FillError";
    this.part = part;
  }
}

/**
 * Fills a template with variables that passed its `check`. Pure: the same template and variables give the same content in
 * every process of one runtime version. Throws `FillError`, also if the subject, title or text is blank.
 */
export function fill(parsed: ParsedTemplate, variables: object): Content {
  const { template } = parsed;
  const part = (name: string, text: LiquidText | null) =>
    fillPart(name, () => text?.render(variables, template.locale));
  switch (template.channel) {
    case "EMAIL": {
      const subject = oneLine("subject", part("subject", parsed.subject));
      return {
        channel: "EMAIL",
        subject,
        html: part("html", parsed.html),
        text: prose("text", part("text", parsed.text)),
      };
    }
    case "SMS":
      return { channel: "SMS", text: plainPunctuation(prose("text", part("text", parsed.text))) };
    case "PUSH": {
      const { collapse_key, ...data } = fillData(parsed, part);
      return { channel: "PUSH", ...note(parsed, part), data, collapseKey: collapse_key ?? null };
    }
    case "INAPP":
      return { channel: "INAPP", ...note(parsed, part), deepLink: fillData(parsed, part)["deep_link"] ?? null };
    default:
      throw new FillError("channel", new Error(`No content is known for channel ${template.channel}`));
  }
}

type FillPart = (name: string, text: LiquidText | null) => string;

function note(parsed: ParsedTemplate, part: FillPart): { readonly title: string; readonly body: string } {
  return { title: oneLine("title", part("title", parsed.subject)), body: prose("body", part("body", parsed.text)) };
}

/** Leaves out values that are empty. */
function fillData(parsed: ParsedTemplate, part: FillPart): Readonly<Record<string, string>> {
  const entries = parsed.data.map(([name, text]) => [name, part(`data ${name}`, text).trim()] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== ""));
}

function fillPart(name: string, render: () => string | undefined): string {
  const text = renderPart(name, render);
  if (text === undefined) throw new FillError(name, new Error("The template lacks this part"));
  return text;
}

function renderPart(name: string, render: () => string | undefined): string | undefined {
  try {
    return render();
  } catch (error) {
    throw new FillError(name, error);
  }
}

/** A header must hold no line break and no control character, even if a variable does. */
function oneLine(name: string, text: string): string {
  return requireText(
    name,
    text
      .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
      .replaceAll(/ {2,}/g, " ")
      .trim(),
  );
}

/** Lines without trailing blanks, at most one empty line between them, no control characters but the line break. */
function prose(name: string, text: string): string {
  const clean = text.replaceAll(/\r\n?/g, "\n").replaceAll(/[^\P{Cc}\n]/gu, " ");
  return requireText(
    name,
    clean
      .replaceAll(/[ \u00a0]+\n/g, "\n")
      .replaceAll(/\n{3,}/g, "\n\n")
      .trim(),
  );
}

function requireText(name: string, text: string): string {
  if (text === "") throw new FillError(name, new Error("It is blank"));
  return text;
}

const plain: Readonly<Record<string, string>> = {
  "\u2018": "'",
  "\u2019": "'",
  "\u201c": '"',
  "\u201d": '"',
  "\u2013": "-",
  "\u2014": "-",
  "\u2026": "...",
  "\u00a0": " ",
  "\u202f": " ",
  "\u2009": " ",
};

/** Typography that GSM-7 lacks, written plainly: one curly quote would make a text of 160 characters cost three segments. */
function plainPunctuation(text: string): string {
  return text.replaceAll(
    /[\u2018\u2019\u201c\u201d\u2013\u2014\u2026\u00a0\u202f\u2009]/g,
    (mark) => plain[mark] ?? mark,
  );
}
