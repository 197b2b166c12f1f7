import { existsSync, globSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { isThere, pages, pathsIn, root } from "./page.ts";

describe("every page", () => {
  test.each(pages)("%s: its links lead somewhere", (page, text) => {
    const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)[^)]*\)/g)].map(([, target]) => target ?? "");
    expect(links.filter((target) => !existsSync(join(root, dirname(page), target)))).toEqual([]);
  });

  test.each(pages)("%s: the files that it names are there", (page, text) => {
    expect(pathsIn(text).filter((path) => !(isOwn(page, path) ? isIn(dirname(page), path) : isThere(path)))).toEqual(
      [],
    );
  });

  test("is seen", () => {
    expect(pages.length).toBeGreaterThan(40);
    expect(pages.flatMap(([, text]) => pathsIn(text)).length).toBeGreaterThan(100);
  });
});

/** True of a path that a room's page writes from its own folder. A page of the top names a file of any room so. */
function isOwn(page: string, path: string): boolean {
  return dirname(page) !== "." && /^(core|adapters)\//.test(path);
}

/** True if the page's own folder holds the path; a star stands for part of a name. */
function isIn(folder: string, path: string): boolean {
  return globSync(path, { cwd: join(root, folder) }).length > 0;
}
