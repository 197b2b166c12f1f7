import { describe, expect, test } from "vitest";
import { plain, readPage, rowsOf } from "./page.ts";

describe("the page of dependencies", () => {
  const manifest = JSON.parse(readPage("package.json")) as Readonly<
    Record<"dependencies" | "devDependencies" | "optionalDependencies", object>
  >;
  const [runtime = "", development = ""] = readPage("docs/dependencies.md").split("## To develop");
  const namesIn = (part: string) =>
    rowsOf(part)
      .map(([name]) => plain(name))
      .sort();

  test("argues for every package of package.json, and for no other", () => {
    expect(namesIn(runtime)).toEqual(Object.keys(manifest.dependencies).sort());
    expect(namesIn(development)).toEqual(Object.keys(manifest.devDependencies).sort());
    const optional = Object.keys(manifest.optionalDependencies);
    expect(optional.filter((name) => !development.includes(`\`${name}\``))).toEqual([]);
  });

  test("leaves no cell of an argument empty", () => {
    expect(rowsOf(runtime).filter((cells) => cells.length !== 4 || cells.includes(""))).toEqual([]);
  });
});

describe("the lockfile", () => {
  type Entry = Readonly<{ integrity?: string; link?: boolean }>;
  const { packages } = JSON.parse(readPage("package-lock.json")) as Readonly<{
    packages: Readonly<Record<string, Entry>>;
  }>;
  const installed = Object.entries(packages).filter(([path, entry]) => path !== "" && entry.link !== true);

  test("has the hash of every package, those of other systems too", () => {
    expect(installed.length).toBeGreaterThan(300);
    expect(
      installed.filter(([, { integrity }]) => integrity?.startsWith("sha512-") !== true).map(([path]) => path),
    ).toEqual([]);
  });
});
