import { describe, expect, it } from "vitest";
import type { Template } from "#shared/contracts/records.ts";
import { indexTemplates } from "#shared/state/templates/template-index.ts";

const template = (version: number, locale: string, change: Partial<Template> = {}) =>
  ({ name: "t", channel: "EMAIL", version, locale, active: true, content_hash: "", ...change }) as Template;

describe("the index of templates", () => {
  it("gives the highest active version, with its active locales in order", () => {
    const index = indexTemplates([
      template(10, "es"),
      template(9, "en"),
      template(10, "en"),
      template(10, "fr", { active: false }),
    ]);
    expect(index.active("t", "EMAIL")).toMatchObject({ version: 10, locales: ["en", "es"] });
    expect(index.version("t", "EMAIL", 9)).toMatchObject({ locales: ["en"] });
  });

  it("knows no active version that has none, and no other channel", () => {
    const index = indexTemplates([template(1, "en", { active: false })]);
    expect([index.active("t", "EMAIL"), index.version("t", "EMAIL", 1), index.active("t", "SMS")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(index.get({ name: "t", version: 1, channel: "EMAIL", locale: "en" })?.active).toBe(false);
  });

  it("takes the later of two records with one key", () => {
    const index = indexTemplates([template(1, "en"), template(1, "en", { content_hash: "later" })]);
    expect(index.get({ name: "t", version: 1, channel: "EMAIL", locale: "en" })?.content_hash).toBe("later");
  });
});
