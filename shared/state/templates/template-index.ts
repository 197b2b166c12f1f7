import type { Channel, Template } from "#shared/contracts/records.ts";
import { type TemplatePlace, templateKey } from "#shared/domain/template/source.ts";

/** A template in one version and channel: what all its locales have in common. */
export interface TemplateVersion {
  readonly version: number;
  /** The locales in which it is active, at least one. */
  readonly locales: readonly string[];
  readonly critical: boolean;
  readonly tracking: boolean;
  readonly category: string;
}

/** Published templates, looked up by what the router and the renderer know of them. */
export interface TemplateIndex {
  /** The highest version that is active. */
  active(name: string, channel: Channel): TemplateVersion | undefined;
  /** This version, while it is active. */
  version(name: string, channel: Channel, version: number): TemplateVersion | undefined;
  /** The template, active or not: a message that waited keeps its version. */
  get(place: TemplatePlace): Template | undefined;
}

/** Of two records with the same key the later wins. */
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
    get: (place) => byKey.get(templateKey(place)),
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
