import { describe, expect, it } from "vitest";
import { type LocalePreferences, resolveLocale } from "#shared/domain/template/locale.ts";

const all = ["en-US", "es-US", "fr-CA"];

function wishes(given: Partial<LocalePreferences>): LocalePreferences {
  return { userLocale: null, acceptLanguage: null, cityDefault: null, ...given };
}

describe("resolveLocale [LOC-01]", () => {
  it.each([
    ["the person's own first", { userLocale: "fr-CA", acceptLanguage: "es-US", cityDefault: "es-US" }, all, "fr-CA"],
    ["the header next", { acceptLanguage: "es-US", cityDefault: "fr-CA" }, all, "es-US"],
    ["the city next", { cityDefault: "fr-CA" }, all, "fr-CA"],
    ["en-US last", {}, all, "en-US"],
    ["any case and underscores", { userLocale: "ES_us" }, all, "es-US"],
    ["the language where the region is lacking", { userLocale: "es-MX" }, all, "es-US"],
    ["the exact region before another", { userLocale: "fr-CA" }, ["fr-FR", "fr-CA"], "fr-CA"],
    ["the next wish where the language is lacking", { userLocale: "de-DE", cityDefault: "fr-CA" }, all, "fr-CA"],
    ["the header's weights", { acceptLanguage: "de;q=0.9, fr-CA;q=0.7, es;q=0.8, *;q=0.1" }, all, "es-US"],
    ["nothing that the header refuses", { acceptLanguage: "fr;q=0" }, all, "en-US"],
    ["English of another region where en-US is lacking", {}, ["en-GB", "fr-CA"], "en-GB"],
    ["nothing where nothing fits", { userLocale: "de" }, ["fr-CA"], undefined],
    ["nothing where nothing is there", { userLocale: "de" }, [], undefined],
    [
      "past wishes that are no tag",
      { userLocale: "", acceptLanguage: ";;q=x,,", cityDefault: " es-US " },
      all,
      "es-US",
    ],
  ] as const)("takes %s", (_, given, available, expected) => {
    expect(resolveLocale(wishes(given), available)).toBe(expected);
  });
});
