import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { loadTemplateManifests } from "#shared/control/templates/folder.ts";
import { channelOf } from "#shared/domain/channel/channels.ts";
import type { EventCatalog, EventEntry, EventSend } from "#shared/domain/event/event-entry.ts";
import { compileSchemaCheck, type SchemaCheck } from "#shared/domain/template/json-schema.ts";
import type { TemplateManifest } from "#shared/domain/template/manifest.ts";
import { type EventFile, eventFileIssues } from "./event-file.ts";

/** The folder that holds `events/`, `templates/` and `layouts/`. */
export const catalogFolder = import.meta.dirname;

/**
 * Reads every `events/<family>/<name>.yaml` and compiles its payload schema. Category and critical of a send are its
 * template's (decisions 8 and 17). Synchronous, for the start of a process. Throws one `Error` naming every issue.
 */
export function loadEventCatalog(folder: string = catalogFolder): EventCatalog {
  const files = readEventFiles(join(folder, "events"));
  const manifests = loadTemplateManifests(join(folder, "templates"));
  const issues = files.flatMap((file) => eventFileIssues(file, manifests));
  if (issues.length > 0) throw new Error(`The event catalog has issues:\n${issues.join("\n")}`);

  const entries = new Map(files.map(({ content }) => [content.name, entryOf(content, manifests)]));
  const checks = new Map<EventEntry, SchemaCheck>();
  for (const entry of entries.values()) checks.set(entry, compileSchemaCheck("The payload", entry.payload));
  return {
    find: (name) => entries.get(name),
    issues: (entry, payload) => (checks.get(entry)?.(payload) ?? []).map((issue) => issue.description),
  };
}

/** The files of the catalog's events, for tests and documents. The content is not validated. */
export function readEventFiles(folder: string): readonly { readonly path: string; readonly content: EventFile }[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".yaml"))
    .sort()
    .map((path) => ({ path, content: parse(readFileSync(join(folder, path), "utf8")) as EventFile }));
}

function entryOf(file: EventFile, manifests: ReadonlyMap<string, TemplateManifest>): EventEntry {
  const { name, family, category, payload } = file;
  return { name, family, category, payload, sends: file.sends.map((send) => sendOf(send, manifests)) };
}

function sendOf(send: EventFile["sends"][number], manifests: ReadonlyMap<string, TemplateManifest>): EventSend {
  const manifest = manifests.get(send.template);
  if (!manifest) throw new Error(`Template '${send.template}' has no manifest`);
  return {
    role: send.role,
    template: send.template,
    category: manifest.category,
    critical: manifest.critical,
    channels: send.channels.flatMap((name) => channelOf(name) ?? []),
    dedupeKey: send.dedupe_key,
    cadence: send.cadence ?? null,
  };
}
