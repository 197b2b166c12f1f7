import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { catalogFolder, loadEventCatalog, readEventFiles } from "#catalog/event-catalog.ts";

const files = readEventFiles(join(catalogFolder, "events"));

describe("event catalog [INT-07]", () => {
  const catalog = loadEventCatalog();

  it.each(files.map(({ content }) => content))("$name accepts its own example", (file) => {
    const entry = catalog.find(file.name);
    expect(entry && catalog.issues(entry, file.example)).toEqual([]);
  });

  it("knows the synthetic probe and no event that is not in a file", () => {
    expect(catalog.find("comms.synthetic.probe")?.sends[0]?.critical).toBe(true);
    expect(catalog.find("booking.imagined")).toBeUndefined();
    expect(catalog.find("constructor")).toBeUndefined();
  });

  it("takes category and critical from the template", () => {
    expect(catalog.find("payment.charged")?.sends).toMatchObject([
      { template: "charge_receipt", category: "finance", critical: true, channels: ["EMAIL", "INAPP"], cadence: null },
    ]);
    expect(catalog.find("message.posted")?.sends[0]?.cadence).toBe("messages.daily_digest");
  });

  it("names every issue and no value", () => {
    const entry = catalog.find("security.code_requested");
    const issues = entry ? catalog.issues(entry, { code: "canary", minutes_valid: 0.5, canary: 1 }) : [];
    expect(issues).toEqual([
      "The payload lacks 'request_id'",
      'The payload at /code must match pattern "^[0-9]{6}$"',
      "The payload at /minutes_valid must be integer",
      "The payload at /minutes_valid must be >= 1",
    ]);
    expect(entry && catalog.issues(entry, null)).toEqual(["The payload must be object"]);
  });
});

describe("dedupe keys [DED-01]", () => {
  it.each(files.flatMap(({ content }) => content.sends.map((send) => ({ ...send, event: content.name }))))(
    "$event → $template begins with a family and names what happened: $dedupe_key",
    (send) => {
      expect(send.dedupe_key).toMatch(/^[A-Z]+:\{[a-z_]+\}/);
    },
  );

  it("differ between two sends of one event on one channel", () => {
    for (const { content } of files) {
      const keys = content.sends.flatMap((send) => send.channels.map((channel) => `${channel} ${send.dedupe_key}`));
      expect(new Set(keys).size).toBe(keys.length);
    }
  });
});

describe("issues of event files", () => {
  let folder = "";
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("are thrown all together", () => {
    folder = mkdtempSync(join(tmpdir(), "catalog-"));
    cpSync(catalogFolder, folder, { recursive: true });
    const event = {
      ...files[0]?.content,
      sends: [{ role: "x", template: "nope", channels: ["email"], dedupe_key: "A:{b}" }],
    };
    writeFileSync(join(folder, "events", "lost.yaml"), JSON.stringify(event));
    writeFileSync(join(folder, "events", "bad.yaml"), JSON.stringify({ ...event, family: "weather", sends: [] }));
    expect(() => loadEventCatalog(folder)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(
          /bad\.yaml: family: .*\n.*bad\.yaml: sends: .*\nlost\.yaml: belongs in booking\/booking\.confirmed\.yaml\nlost\.yaml: template 'nope' does not exist\nlost\.yaml: dedupe_key names 'b', which the payload does not have/,
        ),
      }),
    );
  });
});
