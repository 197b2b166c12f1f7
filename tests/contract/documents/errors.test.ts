import { describe, expect, test } from "vitest";
import { problems } from "#gateway/http/problem.ts";
import { bypasses, reasons } from "#shared/domain/message/reason.ts";
import { plain, readPage, rowsOf, sectionOf } from "./page.ts";

const page = readPage("docs/errors/README.md");
const codesOf = (part: string): readonly string[] => rowsOf(part).map(([name]) => plain(name));

describe("the page of reason codes", () => {
  test("has each reason once, and nothing else, in its first table", () => {
    expect([...codesOf(page.split("\n## ")[0] ?? "")].sort()).toEqual(Object.keys(reasons).sort());
  });

  test("has each bypass once, and nothing else, in its second", () => {
    expect([...codesOf(sectionOf(page, "Bypasses"))].sort()).toEqual(Object.keys(bypasses).sort());
  });

  test("has each code of the gateway once, with its status", () => {
    const rows = rowsOf(sectionOf(page, "Codes of the gateway")).map((cells) => cells.map(plain));
    const own = Object.entries(problems).filter(([name]) => !(name in reasons));
    expect(rows.map(([name, status]) => `${name} ${status}`).sort()).toEqual(
      own.map(([name, { status }]) => `${name} ${status}`).sort(),
    );
  });

  test("leaves no cell of a reason empty", () => {
    const rows = rowsOf(page.split("\n## ")[0] ?? "");
    expect(rows.filter((cells) => cells.length !== 4 || cells.includes(""))).toEqual([]);
  });
});
