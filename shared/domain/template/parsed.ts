import type { Template } from "#shared/contracts/records.ts";
import { type LiquidText, parseLiquid } from "./engine.ts";
import { compileSchemaCheck, type SchemaCheck } from "./json-schema.ts";

/** A parsed template. Parsing takes some milliseconds, filling about ten microseconds. */
export interface ParsedTemplate {
  readonly template: Template;
  readonly subject: LiquidText | null;
  readonly html: LiquidText | null;
  readonly text: LiquidText;
  readonly data: readonly (readonly [string, LiquidText])[];
  readonly check: SchemaCheck;
}

/** The parts of a template that hold Liquid. */
export interface LiquidParts {
  readonly subject: string | null;
  readonly html: string | null;
  readonly text: string;
  readonly data: string | null;
}

/** Parses a published template. Throws an `Error` if a part or the variables' schema does not parse. */
export function parseTemplate(template: Template): ParsedTemplate {
  const check = compileSchemaCheck("The payload", JSON.parse(template.variables) as object);
  return { template, check, ...parseParts(template) };
}

/** Parses every Liquid part. Throws an `Error` if a part does not parse or the data is no object of strings. */
export function parseParts(parts: LiquidParts): Omit<ParsedTemplate, "template" | "check"> {
  return {
    subject: parts.subject === null ? null : parseLiquid(parts.subject, "text"),
    html: parts.html === null ? null : parseLiquid(parts.html, "html"),
    text: parseLiquid(parts.text, "text"),
    data: dataEntries(parts.data).map(([name, source]) => [name, parseLiquid(source, kindOf(source))] as const),
  };
}

/** A value that begins a URL by itself, such as a deep link; one that is a variable as a whole is that variable's URL. */
function kindOf(source: string): "url" | "text" {
  return /^\s*[a-z][a-z0-9+.-]*:\/\//i.test(source) ? "url" : "text";
}

/** Parses the JSON before the Liquid in its values, so that no variable can break out of its string. */
function dataEntries(data: string | null): readonly (readonly [string, string])[] {
  if (data === null) return [];
  const entries = Object.entries(JSON.parse(data) as Record<string, unknown>);
  return entries.map(([name, value]) => {
    if (typeof value !== "string") throw new Error(`data '${name}' is no string`);
    return [name, value];
  });
}
