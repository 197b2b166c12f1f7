import type { Channel, Template } from "#shared/contracts/records.ts";
import { templateKey } from "#shared/domain/template/source.ts";

/** A template in one version and channel: what holds in all its locales. */
export interface TemplateVersion {
  readonly version: number;
  /** Those it is active in, at least one. */
  readonly locales: readonly string[];
  readonly critical: boolean;
  readonly tracking: boolean;
  readonly category: string;
}

/** Published templates, looked up by what the router and the renderer know of them. */
export interface TemplateIndex {
  /** The highest version that is active. */
  active(name: string, channel: Channel): TemplateVersion | undefined;
  /** A certain version, while it is active. */
  version(name: string, channel: Channel, version: number): TemplateVersion | undefined;
  /** A template whether active or not: a message that waited keeps the version it was given. */
  get(name: string, version: number, channel: Channel, locale: string): Template | undefined;
}

/** Of two records of one place the later wins. */
export function indexTemplates(templates: readonly Template[]): TemplateIndex {
  const byKey = new Map(templates.map((template) => [templateKey(template), template]));
  const byName = Map.groupBy(
    [...byKey.values()].filter((template) => template.active),
    ({ name, channel }) => `${name}/${channel}`,
  );
  const versions = new Map([...byName].map(([key, group]) => [key, versionsOf(group)]));
  return {
    active: (name, channel) => versions.get(`${name}/${channel}`)?.[0],
    version: (name, channel, version) =>
      versions.get(`${name}/${channel}`)?.find((candidate) => candidate.version === version),
    get: (name, version, channel, locale) => byKey.get(templateKey({ name, version, channel, locale })),
  };
}

/** The highest first. */
function versionsOf(templates: readonly Template[]): readonly TemplateVersion[] {
  const groups = Map.groupBy(templates, (template) => template.version);
  return [...groups]
    .sort(([left], [right]) => right - left)
    .flatMap(([version, group]) => {
      const [first] = group;
      if (!first) return [];
      const { critical, tracking, category } = first;
      return [{ version, critical, tracking, category, locales: group.map((template) => template.locale).sort() }];
    });
}
