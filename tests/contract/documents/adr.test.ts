import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readPage, root } from "./page.ts";

describe("the records of decisions", () => {
  const files = readdirSync(join(root, "docs/adr")).sort();

  test("are numbered without a gap", () => {
    expect(files.map((file) => Number(file.slice(0, 4)))).toEqual(files.map((_, at) => at + 1));
  });

  test.each(files)("%s says when to look again", (file) => {
    expect(readPage(`docs/adr/${file}`)).toMatch(/revisit if/i);
  });
});
