import { describe, expect, test } from "vitest";
import { template } from "#shared/domain/policy/gates/template.ts";

describe("template gate", () => {
  const choice = { version: 3, locales: ["es-US", "fr-CA"] };

  test.each([
    {
      name: "a version and a locale",
      found: choice,
      locale: "es-US",
      expected: { verdict: "PASS", detail: "Version 3 in es-US" },
    },
    {
      name: "no version",
      found: undefined,
      locale: undefined,
      expected: { verdict: "DROP", reason: "COMMS_NO_TEMPLATE" },
    },
    {
      name: "a version in none of the locales",
      found: choice,
      locale: undefined,
      expected: { verdict: "DROP", reason: "COMMS_LOCALE_MISSING" },
    },
  ] as const)("given $name", ({ found, locale, expected }) => {
    expect(template(found, locale)).toMatchObject(expected);
  });

  test("a missing locale says which there are", () => {
    expect(template(choice, undefined).detail).toBe("Version 3 exists in es-US, fr-CA");
    expect(template({ version: 3, locales: [] }, undefined).detail).toBe("Version 3 exists in no locale");
  });
});
