import { globSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout's folder. */
export const root = fileURLToPath(new URL("../../../", import.meta.url));

export function readPage(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** Every page with its text, for `test.each`. */
export const pages = [
  ...globSync("*.md", { cwd: root }),
  ...globSync("{docs,processors,shared,gateway}/**/*.md", { cwd: root }),
]
  .sort()
  .map((page) => [page, readPage(page)] as const);

/** The part of a page under a heading of the second level, up to the next one. */
export function sectionOf(text: string, heading: string): string {
  return text.split(`\n## ${heading}`)[1]?.split("\n## ")[0] ?? "";
}

/** The rows of every table in a page, cell by cell, without heads and rules. */
export function rowsOf(text: string): readonly (readonly string[])[] {
  const lines = text.split("\n");
  const rows = lines.filter((line, at) => line.startsWith("| ") && !/^\|[-|]+\|$/.test(lines[at + 1] ?? ""));
  return rows.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** A cell without its backticks. */
export function plain(cell: string | undefined): string {
  return cell?.replaceAll("`", "") ?? "";
}

/** What looks like a path and is none: a key, a media type, a program of another's. */
const noPaths = ["default/anna", "application/json", "bin/java"];

/** The files and folders that a text names, with an extension or without. */
export function pathsIn(text: string): readonly string[] {
  const prose = text.replace(/```.*?```/gs, "");
  return [...prose.matchAll(/`([\w.*-]+(?:\/[\w.*-]+)+)\/?`/g)]
    .map(([, path = ""]) => path)
    .filter((path) => !path.startsWith(".carillon/") && !noPaths.includes(path));
}

/** Every file and folder of the checkout, beginning with a slash. */
const paths = globSync(
  "{.ci,*,{bin,catalog,cli,docs,gateway,processors,schemas,shared,simulator,stack,tests,tools}/**/*}",
  {
    cwd: root,
    exclude: (path) => /(^|\/)(node_modules|\.carillon|\.git)$/.test(path),
  },
).map((path) => `/${normalize(path)}`);

/** A page may leave out the front of a path that its reader knows; a star stands for part of a name. */
export function isThere(path: string): boolean {
  const pattern = path.replace(/[.]/g, "\\.").replaceAll("*", "[^/]*");
  return paths.some((one) => new RegExp(`/${pattern}$`).test(one));
}
