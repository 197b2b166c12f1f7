import { describe, expect, test } from "vitest";
import { readPage, rowsOf } from "./page.ts";

/** A symbol stands in its file where it is declared: an export, a member, a field, or a topic's field. */
function declarationOf(symbol: string | undefined): RegExp {
  if (symbol === undefined) return /./;
  const keyword = "(?:class|const|function\\*?|interface|let|type|get|async|readonly|static)";
  return new RegExp(
    `\\b${keyword} ${symbol}\\b|^\\s*(?:readonly )?${symbol}\\??[:(<,]|"name": "${symbol}"|["\\s]${symbol}[":,]`,
    "m",
  );
}

describe("the glossary", () => {
  const rows = rowsOf(readPage("docs/glossary.md"));

  test("has each term once", () => {
    const terms = rows.map(([term]) => term);
    expect(terms.filter((term, at) => terms.indexOf(term) !== at)).toEqual([]);
    expect(terms.length).toBeGreaterThan(80);
  });

  test.each(rows.map(([term = "", , place = ""]) => [term, place]))("%s lives where it says", (_, place) => {
    const [, path = "", symbol] = /^`([^`]+)`(?:: `([^`]+)`)?$/.exec(place) ?? [];
    expect(readPage(path)).toMatch(declarationOf(symbol));
  });
});
