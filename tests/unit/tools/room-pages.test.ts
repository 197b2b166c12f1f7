import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { importersOf, rooms } from "#tools/rooms.ts";

const shared = Object.keys(rooms).filter((room) => room.startsWith("shared/"));

/** The names in the paragraph of a room's README that begins with a bold title; a star stands for each processor. */
function namesIn(room: string, title: string): readonly string[] {
  const page = readFileSync(new URL(`../../../${room}/README.md`, import.meta.url), "utf8");
  const paragraph = page.split(/\n{2,}/).find((one) => one.startsWith(`**${title}:**`)) ?? "";
  return [...paragraph.matchAll(/`([^`]+)`/g)].flatMap(([, name = ""]) => expanded(name)).toSorted();
}

function expanded(name: string): readonly string[] {
  if (!name.startsWith("processors/*")) return [name];
  const pattern = new RegExp(`^${name.replace("*", "[^/]+")}$`);
  return Object.keys(rooms).filter((room) => pattern.test(room));
}

describe("the README of a room says what tools/rooms.ts says", () => {
  test("there are rooms to compare", () => expect(shared.length).toBeGreaterThanOrEqual(8));

  test.each(shared)("%s: May import", (room) => {
    const { imports, packages } = rooms[room] as (typeof rooms)[string];
    expect(namesIn(room, "May import")).toEqual([...imports, ...packages].toSorted());
  });

  test.each(shared)("%s: Imported by", (room) => {
    expect(namesIn(room, "Imported by")).toEqual(importersOf(room).toSorted());
  });
});
