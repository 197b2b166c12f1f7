import { describe, expect, test } from "vitest";
import { pathsIn, readPage, rowsOf, sectionOf } from "./page.ts";

describe("the invariants of ARCHITECTURE.md", () => {
  const rows = rowsOf(sectionOf(readPage("ARCHITECTURE.md"), "Invariants"));

  test("are numbered without a gap", () => {
    expect(rows.map(([number]) => Number(number))).toEqual(rows.map((_, at) => at + 1));
    expect(rows.length).toBeGreaterThan(10);
  });

  test.each(rows.map(([number, invariant, proof = ""]) => [number, invariant, proof]))(
    "%s: %s: names files with tests, or a check that is run",
    (_, __, proof) => {
      const named = pathsIn(proof);
      const checks = proof.match(/`npm run [a-z]+`/g) ?? [];
      expect(named.length + checks.length).toBeGreaterThan(0);
      expect(named.filter((path) => !/^tests\/.+\.ts$/.test(path) || !/\b(?:test|it)\b/.test(readPage(path)))).toEqual(
        [],
      );
    },
  );
});
