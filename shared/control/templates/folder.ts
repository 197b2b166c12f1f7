import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { descriptorOf } from "#shared/domain/channel/channels.ts";
import type { TemplateFiles } from "#shared/domain/channel/descriptor.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import { composeEmail } from "#shared/domain/template/layout.ts";
import { parseTemplateManifest, type TemplateManifest } from "#shared/domain/template/manifest.ts";
import type { TemplateSource } from "#shared/domain/template/source.ts";

/** The manifest of the highest version of every template under `<folder>/<name>/<version>/`. Throws for an invalid one. */
export function loadTemplateManifests(folder: string): ReadonlyMap<string, TemplateManifest> {
  return new Map(
    readdirSync(folder).map((name) => {
      const version = versionsOf(join(folder, name)).at(-1);
      return [name, readManifest(join(folder, name, String(version)))];
    }),
  );
}

/**
 * Every source under a catalog: `templates/<name>/<version>/<locale>/`, one for each channel of the manifest, the email's
 * MJML inside `layouts/letter.mjml`. A file that a channel needs and a locale lacks is an issue: throws an `Error` that
 * names all of them.
 */
export function loadTemplateSources(catalog: string): readonly TemplateSource[] {
  const layout = readFileSync(join(catalog, "layouts", "letter.mjml"), "utf8");
  const issues: string[] = [];
  const sources = templateFolders(join(catalog, "templates")).flatMap(({ name, version, path }) => {
    const manifest = readManifest(path);
    const head = { name, version, manifest };
    return foldersOf(path).flatMap((locale) =>
      manifest.channels.flatMap((channel) => {
        const files = descriptorOf(channel)?.content?.files;
        if (!files) {
          issues.push(`${path}: no content is known for channel ${channelName(channel)}`);
          return [];
        }
        const read = reader(join(path, locale), issues);
        return [{ ...head, locale, channel, ...partsOf(files, { read, locale, layout, manifest }) }];
      }),
    );
  });
  if (issues.length > 0) throw new Error(`The template catalog has issues:\n${issues.join("\n")}`);
  return sources;
}

interface LocaleSources {
  readonly read: (file: string) => string;
  readonly locale: string;
  readonly layout: string;
  readonly manifest: TemplateManifest;
}

function partsOf(
  files: TemplateFiles,
  sources: LocaleSources,
): Pick<TemplateSource, "subject" | "mjml" | "text" | "data"> {
  const read = (file: string | null) => (file === null ? null : sources.read(file));
  const subject = read(files.subject);
  const mjml = files.mjml && mjmlOf(files.mjml, subject ?? "", sources);
  return { subject, mjml, text: sources.read(files.text), data: read(files.data) };
}

function mjmlOf(
  files: { readonly body: string; readonly preheader: string },
  title: string,
  { read, locale, layout, manifest }: LocaleSources,
): string {
  const body = read(files.body);
  const preheader = read(files.preheader);
  return composeEmail(layout, { locale, tracking: manifest.tracking, title, preheader, body });
}

/** Reads a file of a locale, trimmed. A missing file becomes an issue, and an empty text. */
function reader(folder: string, issues: string[]): (file: string) => string {
  const present = new Set(readdirSync(folder));
  return (file) => {
    if (present.has(file)) return readFileSync(join(folder, file), "utf8").trim();
    issues.push(`${join(folder, file)} is missing`);
    return "";
  };
}

function readManifest(folder: string): TemplateManifest {
  const path = join(folder, "template.yaml");
  return parseTemplateManifest(path, readFileSync(path, "utf8"));
}

function templateFolders(folder: string) {
  return foldersOf(folder).flatMap((name) =>
    versionsOf(join(folder, name)).map((version) => ({ name, version, path: join(folder, name, String(version)) })),
  );
}

function versionsOf(folder: string): readonly number[] {
  return foldersOf(folder)
    .filter((name) => /^[1-9]\d*$/.test(name))
    .map(Number)
    .sort((left, right) => left - right);
}

function foldersOf(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
