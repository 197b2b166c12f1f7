import { describe, expect, test } from "vitest";
import { readPage, rowsOf } from "./page.ts";

describe("the glossary", () => {
  const rows = rowsOf(readPage("docs/glossary.md"));

  test("has each term once", () => {
    const terms = rows.map(([term]) => term);
    expect(terms.filter((term, at) => terms.indexOf(term) !== at)).toEqual([]);
    expect(terms.length).toBeGreaterThan(80);
  });

  test.each(rows.map(([term = "", , place = ""]) => [term, place]))("%s lives where it says", (_, place) => {
    const [, path = "", symbol] = /^`([^`]+)`(?:: `([^`]+)`)?$/.exec(place) ?? [];
    expect(readPage(path)).toContain(symbol ?? "");
  });
});
