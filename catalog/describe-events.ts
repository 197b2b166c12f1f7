import { join } from "node:path";
import { loadTemplateManifests } from "#shared/control/templates/folder.ts";
import { catalogFolder, readEventFiles } from "./event-catalog.ts";

/** One event of the catalog as a producer reads it. */
export interface DescribedEvent {
  readonly name: string;
  readonly family: string;
  readonly category: string;
  readonly description: string;
  /** JSON schema (draft 2020-12) of the payload object. */
  readonly payload: PayloadSchema;
  /** A payload that fits. */
  readonly example: Readonly<Record<string, unknown>>;
  readonly sends: readonly DescribedSend[];
}

/** What the schema of a payload has at least. */
export interface PayloadSchema {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly [keyword: string]: unknown;
}

/** What comes of an event for the people in one role. */
export interface DescribedSend {
  readonly role: string;
  readonly template: string;
  /** The template's, which may differ from the event's. */
  readonly category: string;
  readonly critical: boolean;
  readonly channels: readonly string[];
  readonly dedupe_key: string;
  /** The digest that collects it, or null: it is sent at once. */
  readonly cadence: string | null;
}

/** Every event, by family and name. Synchronous, for the start of a process. It checks nothing: `loadEventCatalog` does. */
export function describeEvents(folder: string = catalogFolder): readonly DescribedEvent[] {
  const manifests = loadTemplateManifests(join(folder, "templates"));
  return readEventFiles(join(folder, "events")).map(({ content }) => {
    const { name, family, category, description, payload, example } = content;
    const sends = content.sends.map(({ role, template, channels, dedupe_key, cadence = null }) => {
      const manifest = manifests.get(template);
      if (!manifest) throw new Error(`Template '${template}' has no manifest`);
      const { category: own, critical } = manifest;
      return { role, template, category: own, critical, channels, dedupe_key, cadence };
    });
    return { name, family, category, description, payload, example, sends };
  });
}
