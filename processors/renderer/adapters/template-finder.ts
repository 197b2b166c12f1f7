import type { Routed } from "#shared/contracts/records.ts";
import { type ParsedTemplate, parseTemplate } from "#shared/domain/template/parsed.ts";
import { createBoundedCache } from "#shared/platform/cache/bounded-cache.ts";
import type { TemplateTable } from "#shared/state/templates/template-table.ts";

/** The published template for a message. `version` without `template`: the version exists, but not in this locale. */
export interface FoundTemplate {
  readonly template: ParsedTemplate | undefined;
  readonly version: boolean;
}

export interface TemplateFinder {
  /** Returns one answer for each message, in order. Rejects with the log's retryable `AppError`. */
  find(messages: readonly Routed[]): Promise<readonly FoundTemplate[]>;
}

/** A parsed template takes some 100 KB. */
const parsedMax = 500;

/**
 * Finds and parses templates, each parsed once. If this process does not know a template, it reads the topic to its end
 * before it answers that the template does not exist: the router's table may be ahead of this one.
 */
export function createTemplateFinder(table: TemplateTable): TemplateFinder {
  const parsed = createBoundedCache<string, ParsedTemplate>(parsedMax);

  function find(message: Routed): FoundTemplate {
    const { template_name: name, template_version: version, channel, locale } = message;
    const template = table.get({ name, version, channel, locale });
    if (!template) return { template: undefined, version: table.version(name, channel, version) !== undefined };
    const key = `${template.template_id} ${template.content_hash}`;
    const ready = parsed.get(key) ?? parseTemplate(template);
    parsed.set(key, ready);
    return { template: ready, version: true };
  }

  return {
    find: async (messages) => {
      const found = messages.map(find);
      if (found.every(({ template }) => template)) return found;
      await table.refresh();
      return messages.map(find);
    },
  };
}
