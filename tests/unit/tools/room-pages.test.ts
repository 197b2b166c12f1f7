import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { importersOf, providerCore, providerFolder, providerRoom, rooms } from "#tools/rooms.ts";

/** A pure folder inside a room is on the page of the room around it; processors share one page, providers another. */
const withPage = Object.keys(rooms).filter(
  (room) => !room.endsWith("/core") && !room.startsWith("processors/") && !room.startsWith(`${providerFolder}/`),
);
const providers = Object.keys(rooms).filter((room) => /^shared\/delivery\/providers\/[^/]+$/.test(room));
const processors = Object.keys(rooms).filter((room) => /^processors\/[^/]+$/.test(room));

function pageOf(room: string): string {
  return readFileSync(new URL(`../../../${room}/README.md`, import.meta.url), "utf8");
}

function codeIn(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}

/** The names in the paragraph of a room's README that begins with a bold title; a star stands for each processor or provider. */
function namesIn(room: string, title: string): readonly string[] {
  const paragraph = pageOf(room)
    .split(/\n{2,}/)
    .find((one) => one.startsWith(`**${title}:**`));
  expect(paragraph, `${room}/README.md has no paragraph '${title}'`).toBeDefined();
  return codeIn((paragraph ?? "").replace(`**${title}:**`, ""))
    .flatMap(expanded)
    .toSorted();
}

function expanded(name: string): readonly string[] {
  if (!name.includes("/*")) return [name];
  const pattern = new RegExp(`^${name.replace("*", "[^/]+")}$`);
  return Object.keys(rooms).filter((room) => pattern.test(room));
}

describe("the README of a room says what tools/rooms.ts says", () => {
  test("there are rooms to compare", () => expect(withPage.length).toBeGreaterThanOrEqual(14));

  test.each(withPage)("%s: May import", (room) => {
    const { imports, packages } = rooms[room] as (typeof rooms)[string];
    expect(namesIn(room, "May import")).toEqual([...imports, ...packages].toSorted());
  });

  test.each(withPage)("%s: Imported by", (room) => {
    expect(namesIn(room, "Imported by")).toEqual(importersOf(room).toSorted());
  });
});

describe("the page of the providers says what tools/rooms.ts says", () => {
  test("there are providers", () => expect(providers.length).toBeGreaterThanOrEqual(5));

  test.each(providers)("%s has a page of its own, which leads to it", (room) => {
    expect(pageOf(room)).toMatch(/^# shared\/delivery\/providers\/[a-z]+\n/);
    expect(pageOf(room)).toContain("](../README.md)");
  });

  test("May import", () => {
    expect(namesIn(providerFolder, "May import")).toEqual(
      [...providerRoom.imports, ...providerRoom.packages].toSorted(),
    );
    expect(namesIn(providerFolder, "A `core/` may import")).toEqual(
      [...providerCore.imports, ...providerCore.packages].toSorted(),
    );
  });

  test.each(providers)("%s: Imported by", (room) => {
    expect(namesIn(providerFolder, "Imported by")).toEqual(importersOf(room).toSorted());
  });
});

describe("the page of the processors says what tools/rooms.ts says", () => {
  const rows = pageOf("processors")
    .split("\n")
    .filter((line) => /^\| [a-z]+(?:-[a-z]+)? \|/.test(line) && !line.startsWith("| processor |"))
    .map((line) => line.split("|").map((cell) => cell.trim()));

  test("has each of them once", () => {
    expect(rows.map(([, name]) => `processors/${name}`).toSorted()).toEqual(processors.toSorted());
  });

  test.each(rows.map(([, name = "", ...cells]) => ({ name, cells })))("$name", ({ name, cells }) => {
    const [imports = "", packages = "", pure = ""] = cells;
    const room = rooms[`processors/${name}`];
    expect(codeIn(imports).toSorted()).toEqual(room?.imports.toSorted());
    expect(codeIn(packages).toSorted()).toEqual(room?.packages.toSorted());
    expect(codeIn(pure).toSorted()).toEqual(rooms[`processors/${name}/core`]?.packages.toSorted() ?? []);
  });
});
