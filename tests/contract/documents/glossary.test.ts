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
    const text = readPage(path);
    expect(symbol === undefined || declares(text, symbol), `${path} declares ${symbol}`).toBe(true);
  });

  test("looks for a declaration, not for a word in one", () => {
    expect(declares("export interface SendReport {}", "Report")).toBe(false);
    expect(declares("export interface SendReport {}", "SendReport")).toBe(true);
    expect(declares('{ "name": "round", "type": "int" }', "round")).toBe(true);
    expect(declares("// a job is due", "job")).toBe(false);
  });
});

/** True if the text declares the name: a declaration, a member, a parameter, a value of a union type, or a field of an Avro record. */
function declares(text: string, name: string): boolean {
  const declaration = `\\b(?:const|let|function|class|interface|type) ${name}\\b`;
  const member = `(?:^\\s*(?:readonly |async )?|[(,{]\\s*)${name}\\??\\s*[:(<]`;
  const value = `(?:[|:] )"${name}"`;
  const field = `"name": "${name}"`;
  return new RegExp([declaration, member, value, field].join("|"), "m").test(text);
}
