import { describe, expect, test } from "vitest";
import { parseTemplateManifest } from "#shared/domain/template/manifest.ts";

const parse = (lines: string) =>
  parseTemplateManifest("a/template.yaml", `channels: [sms, EMAIL]\nauthor: ada\nvariables: {}\n${lines}`);

describe("a template's manifest", () => {
  test.each([
    ["category: booking", false, true],
    ["category: security", true, false],
    ["category: legal", true, false],
    ["category: security\ncritical: false\ntracking: true", false, true],
  ])("%j: critical %s, tracking %s", (lines, critical, tracking) => {
    expect(parse(lines)).toMatchObject({ critical, tracking, channels: ["SMS", "EMAIL"] });
  });

  test("every issue is named, each with the path", () => {
    const text = "category: gossip\nchannels: [fax]\nauthor: ada\nvariables: { Name: { type: string } }\nextra: 1";
    const lines = (() => {
      try {
        parseTemplateManifest("a/template.yaml", text);
        return [];
      } catch (error) {
        return (error as Error).message.split("\n");
      }
    })();
    expect(lines.every((line) => line.startsWith("a/template.yaml: "))).toBe(true);
    expect(lines.join()).toMatch(/category.*channels\.0: is no channel.*variables\.Name.*extra/);
  });
});
