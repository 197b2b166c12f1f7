import { globSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { pages, readPage, root } from "./page.ts";

/** The samples are files that the suite runs; a page shows each whole, as it lies there. */

const files = globSync("docs/samples/*", { cwd: root }).filter((path) => !basename(path).startsWith("__"));

describe("a sample", () => {
  test.each(files)("%s is on a page, word for word", (path) => {
    const text = readPage(path).trimEnd();
    const showing = pages.filter(([, page]) => page.includes(`\n${text}\n\`\`\``)).map(([page]) => page);
    expect(showing).toHaveLength(1);
    expect(pages.find(([page]) => page === showing[0])?.[1]).toContain(path);
  });

  test.each(files)("%s names no address: what it needs to know comes by variables", (path) => {
    expect(readPage(path)).not.toMatch(/127\.0\.0\.1|localhost|:\d{4,5}\b/);
  });

  test("is there for each way that a producer may take, and for who operates", () => {
    expect(files.map((path) => basename(path)).toSorted()).toEqual([
      "Produce.java",
      "admin.sh",
      "connection.py",
      "erase.py",
      "frame.py",
      "introduce.py",
      "kcat.sh",
      "pom.xml",
      "produce.py",
      "produce.ts",
      "read_messages.py",
    ]);
  });
});
