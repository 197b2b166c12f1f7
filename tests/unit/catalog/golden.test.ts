import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { catalogFolder } from "#catalog/event-catalog.ts";
import { compileSource } from "#shared/control/templates/compile.ts";
import { loadTemplateSources } from "#shared/control/templates/folder.ts";
import type { Content } from "#shared/domain/channel/channels.ts";
import { fill } from "#shared/domain/template/fill.ts";
import { parseTemplate } from "#shared/domain/template/parsed.ts";
import type { TemplateSource } from "#shared/domain/template/source.ts";
import { exampleOf } from "#shared/domain/template/variables.ts";
import { environmentWith } from "#shared/platform/config/environment.ts";

/** `COMMS_GOLDEN=refresh` writes the files again; read the diff before you commit it. */
const refresh = environmentWith()["COMMS_GOLDEN"] === "refresh";
const golden = join(import.meta.dirname, "..", "..", "golden", "templates");
const sources = loadTemplateSources(catalogFolder);
const locales = ["en-US", "es-US", "fr-CA"];

async function contentOf(source: TemplateSource): Promise<Content> {
  const result = await compileSource(source);
  if (result.kind === "invalid") throw new Error(result.issues.join("\n"));
  return fill(parseTemplate({ ...result.template, published_at: 0 }), exampleOf(source.manifest.variables));
}

/** Each file of a content: mails as they are read, the others as JSON. */
function filesOf(content: Content): Readonly<Record<string, string>> {
  if (content.channel === "EMAIL") {
    return { "email.html": `${content.html}\n`, "email.txt": `${content.subject}\n\n${content.text}\n` };
  }
  return { [`${content.channel.toLowerCase()}.json`]: `${JSON.stringify(content, null, 2)}\n` };
}

describe("templates of the catalog, filled with their examples", () => {
  const expected = new Set<string>();

  it.each(sources)("$name/$version $locale $channel", async (source) => {
    for (const [file, text] of Object.entries(filesOf(await contentOf(source)))) {
      const path = join(golden, source.name, String(source.version), source.locale, file);
      expected.add(path);
      mkdirSync(dirname(path), { recursive: true });
      if (refresh) writeFileSync(path, text);
      expect(existsSync(path) ? readFileSync(path, "utf8") : "no golden file").toBe(text);
    }
  });

  afterAll(() => {
    const files = readdirSync(golden, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.map((file) => join(file.parentPath, file.name)).filter((path) => !expected.has(path))).toEqual([]);
  });
});

describe("every template of the catalog", () => {
  it.each(locales)("exists in %s [LOC-04] [LOC-05]", (locale) => {
    const names = new Set(sources.map((source) => source.name));
    const translated = new Set(sources.filter((source) => source.locale === locale).map((source) => source.name));
    expect([...names].filter((name) => !translated.has(name))).toEqual([]);
  });

  it("asks mail programs not to track where tracking is off, and only there [EML-08]", () => {
    for (const source of sources.filter(({ mjml }) => mjml !== null)) {
      expect(source.mjml?.includes('<meta name="user-dnt" content="true">')).toBe(!source.manifest.tracking);
    }
    expect(sources.filter(({ manifest }) => !manifest.tracking).map(({ name }) => name)).toContain("security_code");
  });

  it("fits an SMS of one segment into one where the alphabet lets it", async () => {
    for (const source of sources.filter(({ channel, name }) => channel === "SMS" && name === "security_code")) {
      const content = await contentOf(source);
      const text = content.channel === "SMS" ? content.text : "";
      const chars = /^[\w @£$¥èéùìòÇØøÅåÆæßÉ!"#¤%&'()*+,\-./:;<=>?¡ÄÖÑÜ§¿äöñüà\n]*$/.test(text) ? 160 : 70;
      expect(text.length, text).toBeLessThanOrEqual(chars);
    }
  });
});
