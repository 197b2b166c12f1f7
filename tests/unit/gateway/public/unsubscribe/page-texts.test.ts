import { describe, expect, test } from "vitest";
import { pageTextsFor } from "#gateway/public/unsubscribe/page-texts.ts";

describe("the language of a page", () => {
  test.each([
    [undefined, "en"],
    ["", "en"],
    ["fr-CA,fr;q=0.9", "fr"],
    ["es", "es"],
    ["tlh, es;q=0.5", "es"],
    ["tlh", "en"],
    ["ES-us", "es"],
  ])("for Accept-Language %j is %s", (header, language) => {
    expect(pageTextsFor(header).lang).toBe(language);
  });
});
