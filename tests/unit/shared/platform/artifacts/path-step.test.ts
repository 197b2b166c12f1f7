import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pathStep } from "#shared/platform/artifacts/sealed-artifact.ts";

describe("a name as a step of a path", () => {
  const name = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.string({ unit: fc.constantFrom("a", "/", ".", "\0", "漢", "%") }),
  );

  test("leaves room for what follows it in a file's name, for any name", () => {
    fc.assert(
      fc.property(name, (any) => {
        expect(pathStep(any)).toMatch(/^[\w%~!'()*-]{1,128}$/);
      }),
    );
  });

  test("is another for another name, also for one that reads like a hash", () => {
    const names = ["a".repeat(128), "a".repeat(129), "a".repeat(130), pathStep("a".repeat(129)), "%", ""];
    expect(new Set(names.map(pathStep)).size).toBe(names.length);
  });

  test("stays as it was for a name that fits", () => {
    expect([pathStep("default"), pathStep("a/b.c"), pathStep("")]).toEqual(["default", "a%2Fb%2Ec", "%"]);
  });

  test("half a character is no error", () => {
    expect(pathStep("\ud800")).toBe(pathStep("\ufffd"));
  });
});
