import { describe, expect, it } from "vitest";
import { type LocalePreferences, resolveLocale } from "#shared/domain/template/locale.ts";

const all = ["en-US", "es-US", "fr-CA"];

function preferences(given: Partial<LocalePreferences>): LocalePreferences {
  return { userLocale: null, acceptLanguage: null, cityDefault: null, ...given };
}

describe("resolveLocale [LOC-01]", () => {
  it.each([
    {
      name: "the person's own first",
      given: { userLocale: "fr-CA", acceptLanguage: "es-US", cityDefault: "es-US" },
      available: all,
      expected: "fr-CA",
    },
    {
      name: "the header next",
      given: { acceptLanguage: "es-US", cityDefault: "fr-CA" },
      available: all,
      expected: "es-US",
    },
    { name: "the city next", given: { cityDefault: "fr-CA" }, available: all, expected: "fr-CA" },
    { name: "en-US last", given: {}, available: all, expected: "en-US" },
    { name: "any case and underscores", given: { userLocale: "ES_us" }, available: all, expected: "es-US" },
    {
      name: "the language where the region is lacking",
      given: { userLocale: "es-MX" },
      available: all,
      expected: "es-US",
    },
    {
      name: "the exact region before another",
      given: { userLocale: "fr-CA" },
      available: ["fr-FR", "fr-CA"],
      expected: "fr-CA",
    },
    {
      name: "the next wish where the language is lacking",
      given: { userLocale: "de-DE", cityDefault: "fr-CA" },
      available: all,
      expected: "fr-CA",
    },
    {
      name: "the header's weights",
      given: { acceptLanguage: "de;q=0.9, fr-CA;q=0.7, es;q=0.8, *;q=0.1" },
      available: all,
      expected: "es-US",
    },
    { name: "nothing that the header refuses", given: { acceptLanguage: "fr;q=0" }, available: all, expected: "en-US" },
    {
      name: "English of another region where en-US is lacking",
      given: {},
      available: ["en-GB", "fr-CA"],
      expected: "en-GB",
    },
    { name: "nothing where nothing fits", given: { userLocale: "de" }, available: ["fr-CA"], expected: undefined },
    { name: "nothing where nothing is there", given: { userLocale: "de" }, available: [], expected: undefined },
    {
      name: "past preferences that are no tag",
      given: { userLocale: "", acceptLanguage: ";;q=x,,", cityDefault: " es-US " },
      available: all,
      expected: "es-US",
    },
  ] as const)("takes $name", ({ given, available, expected }) => {
    expect(resolveLocale(preferences(given), available)).toBe(expected);
  });
});
