import { createHash } from "node:crypto";
import type { Template } from "#shared/contracts/records.ts";
import { descriptorOf } from "#shared/domain/channel/channels.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import { FillError, fill } from "#shared/domain/template/fill.ts";
import { lintSource } from "#shared/domain/template/lint.ts";
import { parseTemplate } from "#shared/domain/template/parsed.ts";
import type { TemplateSource } from "#shared/domain/template/source.ts";
import { exampleOf, variablesSchema } from "#shared/domain/template/variables.ts";

/** A template without its time of publication, or the issues that prevent it. */
export type Compilation =
  | { readonly kind: "compiled"; readonly template: Omit<Template, "published_at"> }
  | { readonly kind: "invalid"; readonly issues: readonly string[] };

/**
 * Checks a source, compiles its MJML to inlined HTML and fills it with its example, with and without the optional
 * variables. Takes tens of milliseconds: use it to publish, never for a message. Loads the compiler at the first email.
 */
export async function compileSource(source: TemplateSource): Promise<Compilation> {
  const lint = lintSource(source);
  if (lint.length > 0) return { kind: "invalid", issues: lint };
  const htmlBytesMax = descriptorOf(source.channel)?.content?.files.mjml?.htmlBytesMax ?? Number.POSITIVE_INFINITY;
  const { html, issues } =
    source.mjml === null ? { html: null, issues: [] } : await compileMjml(source.mjml, htmlBytesMax);
  if (issues.length > 0) return { kind: "invalid", issues };
  const template = templateOf(source, html);
  const fillIssues = exampleIssues(source, template);
  return fillIssues.length > 0 ? { kind: "invalid", issues: fillIssues } : { kind: "compiled", template };
}

/** SHA-256 of everything that an author can change, hex. Two sources with one hash make the same messages. */
export function contentHash(source: TemplateSource): string {
  const { subject, mjml, text, data, manifest } = source;
  const { category, critical, tracking } = manifest;
  const content = [subject, mjml, text, data, variablesSchema(manifest.variables), category, critical, tracking];
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}

async function compileMjml(
  mjml: string,
  htmlBytesMax: number,
): Promise<{ readonly html: string | null; readonly issues: readonly string[] }> {
  const { default: mjml2html } = await import("mjml");
  try {
    const { html } = await mjml2html(mjml, {
      validationLevel: "strict",
      keepComments: false,
      fonts: {},
      ignoreIncludes: true,
    });
    const bytes = Buffer.byteLength(html);
    const issues =
      bytes > htmlBytesMax ? [`mjml: the HTML is ${bytes} bytes, and mail programs clip at ${htmlBytesMax}`] : [];
    return { html: slim(html), issues };
  } catch (error) {
    return {
      html: null,
      issues: [`mjml: ${error instanceof Error ? withoutPaths(error.message) : "does not compile"}`],
    };
  }
}

/** The compiler names the working directory beside each line. */
function withoutPaths(message: string): string {
  return message
    .replaceAll(/ of \/\S* /g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** Removes indentation: it is a quarter of what the compiler writes, and every message would carry it. */
function slim(html: string): string {
  return html
    .replaceAll(/^[ \t]+|[ \t]+$/gm, "")
    .replaceAll(/\n{2,}/g, "\n")
    .trim();
}

function templateOf(source: TemplateSource, html: string | null): Omit<Template, "published_at"> {
  const { name, version, channel, locale, manifest, subject, text, data } = source;
  return {
    template_id: deriveId("template", name, version, locale, channel),
    name,
    version,
    channel,
    locale,
    category: manifest.category,
    critical: manifest.critical,
    tracking: manifest.tracking,
    active: true,
    content_hash: contentHash(source),
    variables: JSON.stringify(variablesSchema(manifest.variables)),
    subject,
    html,
    text,
    data,
  };
}

function exampleIssues(source: TemplateSource, template: Omit<Template, "published_at">): readonly string[] {
  const { variables } = source.manifest;
  const parsed = parseTemplate({ ...template, published_at: 0 });
  return [false, true].flatMap((requiredOnly) => {
    try {
      fill(parsed, exampleOf(variables, { requiredOnly }));
      return [];
    } catch (error) {
      if (!(error instanceof FillError)) throw error;
      const shown = requiredOnly ? "the example without optional variables" : "the example";
      const cause = error.cause instanceof Error ? error.cause.message.split("\n", 1)[0] : "";
      return [`${error.part} cannot be filled with ${shown}: ${cause}`];
    }
  });
}
