import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadTemplateSources } from "#shared/control/templates/folder.ts";

let catalog: string;

beforeEach(() => {
  catalog = mkdtempSync(join(tmpdir(), "catalog-"));
  mkdirSync(join(catalog, "layouts"));
  writeFileSync(join(catalog, "layouts", "letter.mjml"), "<mjml>[[title]]|[[preheader]]|[[body]]</mjml>");
});
afterEach(() => rmSync(catalog, { recursive: true }));

/** Writes a template in one locale; each file holds its own name. */
function write(channels: readonly string[], files: readonly string[]): void {
  const version = join(catalog, "templates", "greeting", "1");
  mkdirSync(join(version, "en-US"), { recursive: true });
  writeFileSync(
    join(version, "template.yaml"),
    `category: booking\nchannels: [${channels.join(", ")}]\nauthor: ada\nvariables: {}\n`,
  );
  for (const file of files) writeFileSync(join(version, "en-US", file), ` ${file}\n`);
}

describe("the sources of a catalog", () => {
  it.each([
    [
      "email",
      ["email.subject.liquid", "email.mjml", "email.preheader.liquid", "email.txt.liquid"],
      {
        subject: "email.subject.liquid",
        mjml: "<mjml>email.subject.liquid|email.preheader.liquid|email.mjml</mjml>",
        text: "email.txt.liquid",
        data: null,
      },
    ],
    ["sms", ["sms.txt.liquid"], { subject: null, mjml: null, text: "sms.txt.liquid", data: null }],
    [
      "push",
      ["push.title.liquid", "push.txt.liquid", "push.json"],
      { subject: "push.title.liquid", mjml: null, text: "push.txt.liquid", data: "push.json" },
    ],
    [
      "inapp",
      ["inapp.title.liquid", "inapp.txt.liquid", "inapp.json"],
      { subject: "inapp.title.liquid", mjml: null, text: "inapp.txt.liquid", data: "inapp.json" },
    ],
  ])("take for %s the files of its descriptor", (channel, files, parts) => {
    write([channel], files);
    const [source, ...more] = loadTemplateSources(catalog);
    expect(source).toMatchObject({ channel: channel.toUpperCase(), locale: "en-US", ...parts });
    expect(more).toEqual([]);
  });

  it("name every file that a channel needs and the locale lacks, in the order of the descriptor", () => {
    write(["push", "email"], []);
    const names = ["push.title.liquid", "push.txt.liquid", "push.json", "email.subject.liquid", "email.mjml"];
    const missing = [...names, "email.preheader.liquid", "email.txt.liquid"].map(
      (file) => `${join(catalog, "templates", "greeting", "1", "en-US", file)} is missing`,
    );
    expect(() => loadTemplateSources(catalog)).toThrow(missing.join("\n"));
  });

  it("are none on a channel that has no content", () => {
    write(["whatsapp"], []);
    expect(() => loadTemplateSources(catalog)).toThrow("no content is known for channel whatsapp");
  });
});
