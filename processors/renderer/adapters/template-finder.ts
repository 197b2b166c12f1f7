import type { Routed } from "#shared/contracts/records.ts";
import { type ParsedTemplate, parseTemplate } from "#shared/domain/template/parsed.ts";
import { createBoundedCache } from "#shared/platform/cache/bounded-cache.ts";
import type { TemplateTable } from "#shared/state/templates/template-table.ts";

/** What the published templates have for a message. `version` and no `template`: it exists, but not in this locale. */
export interface FoundTemplate {
  readonly template: ParsedTemplate | undefined;
  readonly version: boolean;
}

export interface TemplateFinder {
  /** One answer for each message, in order. Rejects with the log's retryable `Trouble`. */
  find(messages: readonly Routed[]): Promise<readonly FoundTemplate[]>;
}

/** A parsed template takes some 100 KB. */
const parsedMax = 500;

/**
 * Finds and parses templates, each parsed once. A template that the router knew and this process does not is looked for
 * on the topic before anybody says that it does not exist: the two tables follow the topic at their own pace.
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
