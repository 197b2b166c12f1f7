import { parseLiquid } from "./engine.ts";
import { compileSchemaCheck } from "./json-schema.ts";
import type { TemplateSource } from "./source.ts";
import { exampleOf, variablesSchema } from "./variables.ts";

/** Every issue that shows without compiling, a sentence each. */
export function lintSource(source: TemplateSource): readonly string[] {
  return [
    ...localeIssues(source),
    ...partsOf(source).flatMap((part) => partIssues(part, source)),
    ...(source.mjml === null ? [] : mjmlIssues(source.mjml)),
    ...exampleIssues(source),
  ];
}

/** Nothing encodes a variable inside a URL there, so it could lead elsewhere. */
const partialUrl = "a link is a variable as a whole, or holds none";

interface Part {
  readonly part: string;
  readonly text: string;
  readonly kind: "html" | "text";
}

function partsOf({ subject, mjml, text, data }: TemplateSource): readonly Part[] {
  const parts = [
    { part: "subject", text: subject, kind: "text" },
    { part: "mjml", text: mjml, kind: "html" },
    { part: "text", text, kind: "text" },
    { part: "data", text: data, kind: "text" },
  ] as const;
  return parts.flatMap((one) => (one.text === null ? [] : [{ ...one, text: one.text }]));
}

function partIssues({ part, text, kind }: Part, source: TemplateSource): readonly string[] {
  if (text.includes("{{{") || /\{%-?\s*raw\b|\|\s*raw\b/.test(text)) {
    return [`${part}: raw output is refused, every variable is escaped`];
  }
  if (kind === "text" && part !== "data" && /https?:\/\/(?:(?!https?:\/\/)[^\s{])*\{\{/i.test(text))
    return [`${part}: ${partialUrl}`];
  try {
    const declared = source.manifest.variables;
    return parseLiquid(text, kind)
      .variables.filter((name) => !Object.hasOwn(declared, name))
      .map((name) => `${part}: variable '${name}' is not declared in template.yaml`);
  } catch (error) {
    return [`${part}: ${error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : "does not parse"}`];
  }
}

function mjmlIssues(mjml: string): readonly string[] {
  const images = mjml.match(/<mj-image\b[^<>]*>/g) ?? [];
  return [
    ...(/<mj-include\b/.test(mjml) ? ["mjml: mj-include is refused, a template is whole by itself"] : []),
    ...(/<script\b|javascript:/i.test(mjml) ? ["mjml: scripts are refused"] : []),
    ...(/(href|src)="http:/i.test(mjml) ? ["mjml: links and images must be https"] : []),
    ...(/(href|src)="[^"{]+\{\{/i.test(mjml) ? [`mjml: ${partialUrl}`] : []),
    ...images.filter((image) => !/\balt="/.test(image)).map(() => "mjml: an image has no alt text"),
  ];
}

function localeIssues(source: TemplateSource): readonly string[] {
  try {
    const canonical = Intl.getCanonicalLocales(source.locale)[0];
    return canonical === source.locale ? [] : [`locale '${source.locale}' is spelt '${canonical}'`];
  } catch {
    return [`locale '${source.locale}' is no language tag`];
  }
}

function exampleIssues(source: TemplateSource): readonly string[] {
  const { variables } = source.manifest;
  const unexplained = Object.keys(variables).filter((name) => variables[name]?.example === undefined);
  if (unexplained.length > 0) return unexplained.map((name) => `variable '${name}' has no example`);
  const check = compileSchemaCheck("The example", variablesSchema(variables));
  return check(exampleOf(variables)).map((issue) => issue.description);
}
