import { describe, expect, test } from "vitest";
import { template } from "#processors/router/core/gates/template.ts";

describe("template gate", () => {
  const choice = { version: 3, locales: ["es-US", "fr-CA"] };

  test.each([
    ["a version and a locale", choice, "es-US", { verdict: "PASS", detail: "Version 3 in es-US" }],
    ["no version", undefined, undefined, { verdict: "DROP", reason: "COMMS_NO_TEMPLATE" }],
    ["a version in none of the locales", choice, undefined, { verdict: "DROP", reason: "COMMS_LOCALE_MISSING" }],
  ] as const)("given %s", (_, found, locale, then) => {
    expect(template(found, locale)).toMatchObject(then);
  });

  test("a missing locale says which there are", () => {
    expect(template(choice, undefined).detail).toBe("Version 3 exists in es-US, fr-CA");
    expect(template({ version: 3, locales: [] }, undefined).detail).toBe("Version 3 exists in no locale");
  });
});
