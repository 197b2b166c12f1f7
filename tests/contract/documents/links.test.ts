import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { isThere, pages, pathsIn, root } from "./page.ts";

describe("every page", () => {
  test.each(pages)("%s: its links lead somewhere", (page, text) => {
    const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)[^)]*\)/g)].map(([, target]) => target ?? "");
    expect(links.filter((target) => !existsSync(join(root, dirname(page), target)))).toEqual([]);
  });

  test.each(pages)("%s: the files that it names are there", (_, text) => {
    expect(pathsIn(text).filter((path) => !isThere(path))).toEqual([]);
  });

  test("is seen", () => {
    expect(pages.length).toBeGreaterThan(40);
    expect(pages.flatMap(([, text]) => pathsIn(text)).length).toBeGreaterThan(100);
  });
});
