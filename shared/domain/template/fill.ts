import { type Content, descriptorOf } from "../channel/channels.ts";
import type { ContentPart, FilledTexts } from "../channel/content-part.ts";
import { inlineTexts } from "./inline-text.ts";
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
 * Fills a template with variables that passed its `check`: the content has the parts of its channel's descriptor. Pure:
 * the same template and variables give the same content in every process of one runtime version. A text among the variables
 * keeps to its line (`inlineTexts`): only the template breaks lines. Throws `FillError`, also if the subject, title or text
 * is blank.
 */
export function fill(parsed: ParsedTemplate, variables: object): Content {
  const { channel } = parsed.template;
  const content = descriptorOf(channel)?.content;
  if (!content) throw new FillError("channel", new Error(`No content is known for channel ${channel}`));
  const parts: readonly (readonly [string, ContentPart<unknown>])[] = Object.entries(content.parts);
  const texts = filledTexts(parsed, inlineTexts(variables));
  const filled = parts.map(([name, part]) => [name, fillPart(name, () => part(texts))] as const);
  // The descriptor's type holds its parts to the content's.
  return { channel, ...Object.fromEntries(filled) } as Content;
}

function filledTexts(parsed: ParsedTemplate, variables: object): FilledTexts {
  const { locale } = parsed.template;
  let data: Readonly<Record<string, string>> | undefined;
  return {
    text: (source) => {
      const text = parsed[source];
      if (text === null) throw new Error("The template lacks this part");
      return text.render(variables, locale);
    },
    data: () => (data ??= filledData(parsed, variables)),
  };
}

function filledData({ template, data }: ParsedTemplate, variables: object): Readonly<Record<string, string>> {
  const values = data.map(
    ([name, text]) => [name, fillPart(`data ${name}`, () => text.render(variables, template.locale)).trim()] as const,
  );
  return Object.fromEntries(values.filter(([, value]) => value !== ""));
}

/** A value of the data that cannot be filled keeps its own name. */
function fillPart<Value>(name: string, make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    throw error instanceof FillError ? error : new FillError(name, error);
  }
}
