import type { Output } from "#shared/contracts/output.ts";
import type { Template } from "#shared/contracts/records.ts";
import { sourceName, type TemplateSource, templateKey } from "#shared/domain/template/source.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { compileSource, contentHash } from "./compile.ts";
import { loadTemplateSources } from "./folder.ts";
import { type TemplateStore, templateRow } from "./template-row.ts";

/** What to publish, over what, and how. */
export interface PublishOptions {
  /** The folder that holds `templates/` and `layouts/`. */
  readonly catalog: string;
  /** What `comms.templates` holds now, from `readTemplates`. */
  readonly published: readonly Template[];
  readonly now: Instant;
  /** Resolves once the log holds the records. */
  emit(outputs: readonly Output[]): Promise<void>;
  readonly store: TemplateStore;
  /** Whether a published version may change in place, for templates that are still being written. Default false. */
  readonly replace?: boolean;
}

/** The result of publishing. */
export interface PublishReport {
  /** Names of the templates that were published now: `charge_receipt/1 en-US email`. */
  readonly published: readonly string[];
  /** How many were published already with the same content. */
  readonly unchanged: number;
}

/**
 * Publishes every template of a catalog that is not published yet; a second run compiles nothing and emits nothing. Rows
 * are saved before records are emitted, so a template on the topic always has its row. Throws an `Error` that names every
 * issue, and every published version that would change, before anything is written.
 */
export async function publishTemplates(options: PublishOptions): Promise<PublishReport> {
  const known = new Map(options.published.map((template) => [templateKey(template), template]));
  const sources = loadTemplateSources(options.catalog);
  const fresh = sources.filter((source) => known.get(templateKey(source))?.content_hash !== contentHash(source));
  if (!options.replace) refuseChanges(fresh.filter((source) => known.has(templateKey(source))));

  const compiled = await compileAll(fresh, options.now);
  for (const source of sources) {
    const template = compiled.get(source) ?? known.get(templateKey(source));
    if (template) await options.store.saveTemplate(templateRow(source, template));
  }
  const outputs = [...compiled].map(([source, value]) => outputOf(source, value));
  if (outputs.length > 0) await options.emit(outputs);
  return { published: fresh.map(sourceName), unchanged: sources.length - fresh.length };
}

function outputOf(source: TemplateSource, value: Template): Output {
  return { topic: "comms.templates", key: templateKey(source), value };
}

function refuseChanges(changed: readonly TemplateSource[]): void {
  if (changed.length === 0) return;
  const names = changed.map((source) => `${sourceName(source)} was published with other content`);
  throw new Error(
    `${names.join("\n")}\nA published version does not change: copy it to the next version and edit that`,
  );
}

async function compileAll(
  sources: readonly TemplateSource[],
  now: Instant,
): Promise<ReadonlyMap<TemplateSource, Template>> {
  const compiled = new Map<TemplateSource, Template>();
  const issues: string[] = [];
  for (const source of sources) {
    const result = await compileSource(source);
    if (result.kind === "compiled") compiled.set(source, { ...result.template, published_at: now });
    else issues.push(...result.issues.map((issue) => `${sourceName(source)}: ${issue}`));
  }
  if (issues.length > 0) throw new Error(`Templates cannot be published:\n${issues.join("\n")}`);
  return compiled;
}
