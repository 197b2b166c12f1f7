import { describe, expect, test } from "vitest";
import { cityLocale } from "#shared/domain/recipient/city-locale.ts";

describe("default locale of a city [RTR-02] [LOC-01]", () => {
  test.each([
    ["Montréal", "fr-CA"],
    [" QUÉBEC ", "fr-CA"],
    ["San Juan", "es-US"],
    ["Oslo", null],
    ["constructor", null],
    [null, null],
  ])("%s: %s", (city, locale) => {
    expect(cityLocale(city)).toBe(locale);
  });
});
