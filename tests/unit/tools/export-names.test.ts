import { describe, expect, test } from "vitest";
import { duplicateExports, exportedNames } from "#tools/export-names.ts";

const file = (path: string, ...lines: readonly string[]) => ({ path, text: lines.join("\n") });

describe("the names that a file exports", () => {
  test.each([
    ["export const leaseMs = 1;", ["leaseMs"]],
    ["export async function run(): Promise<void> {}", ["run"]],
    ["export function* ids() {}", ["ids"]],
    ["export abstract class Base {}", ["Base"]],
    ["export interface Room {", ["Room"]],
    ["export type Row = string;\nexport const Row = 1;", ["Row"]],
    ["const inner = 1;\n  export const indented = 1;", []],
    ['import { run } from "./run.ts";', []],
  ])("%s", (text, names) => expect(exportedNames(text)).toEqual(names));
});

describe("names that are exported twice", () => {
  const [one, two, other] = [
    file("a/one.ts", "export const lease = 1;"),
    file("b/two.ts", "export interface lease {}"),
    file("c/other.ts", "export const fuse = 1;"),
  ];

  test("are named with their files", () => {
    expect(duplicateExports([one, other, two], {})).toEqual([
      "lease is exported by a/one.ts and b/two.ts: give each thing a name of its own",
    ]);
  });

  test("are none where each name has one file", () => expect(duplicateExports([one, other], {})).toEqual([]));

  test("may be excepted with a reason, which must still be needed", () => {
    expect(duplicateExports([one, two], { lease: "both are called by this name" })).toEqual([]);
    expect(duplicateExports([one, other], { lease: "both are called by this name" })).toEqual([
      "lease may be exported twice and is not: take it out of tools/export-names.ts",
    ]);
  });
});
