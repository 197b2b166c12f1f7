import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const product = ["catalog", "cli", "gateway", "processors", "shared", "simulator", "stack"];

/** Every way to come by the environment that has been seen in the wild. */
const reads = /process\s*\??\.\s*env\b|process\s*\[|\benv\b[^;=]*}\s*=\s*process\b|from "(node:)?process"/;

const files = product.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => join(folder, path)),
);

describe("the environment", () => {
  it("is read under shared/platform/config and nowhere else in the product", () => {
    const readers = files.filter((path) => reads.test(readFileSync(join(root, path), "utf8")));
    expect(readers).toContain(join("shared", "platform", "config", "environment.ts"));
    expect(readers.filter((path) => !path.startsWith(join("shared", "platform", "config")))).toEqual([]);
  });

  it.each([
    "process.env.X",
    "process . env",
    'process["env"]',
    "const { env } = process;",
    'import { env } from "node:process"',
  ])("would be found as %s", (line) => expect(line).toMatch(reads));
});
