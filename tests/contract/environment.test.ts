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

/** Marks of a value that only a developer's machine or the providers' double would have. */
const development = [
  /local-development|simulator-(auth|smtp)|carillon-simulator|sandboxAccounts/,
  /\/\/localhost|localhost:|127\.0\.0\.1:\d/,
  /[a-z0-9-]\.(test|local|localhost|invalid)["'`/:>]/,
  /rastup|\b123456789012\b|\+15005550006|=== "local"/,
];

const isComment = /^\s*(\/?\*|\/\/)/;

describe("product code", () => {
  const deployed = files.filter((path) => /^(catalog|gateway|processors|shared|cli)\//.test(path));

  it("has no value of the local stack, of the providers' double or of a test", () => {
    const found = deployed.filter((path) => {
      const lines = readFileSync(join(root, path), "utf8").split("\n");
      return lines.some((line) => !isComment.test(line) && development.some((mark) => mark.test(line)));
    });
    expect(deployed.length).toBeGreaterThan(300);
    expect(found).toEqual([]);
  });

  it.each([
    'COMMS_ADDRESS_PEPPER: "local-development-pepper"',
    "from `no-reply@notify.carillon.test`",
    '"https://gateway.test/x"',
    'key === "local" ? passingKey() : key',
    'url: "http://127.0.0.1:8080"',
    '"http://localhost"',
    'default("notify.rastup.com")',
  ])("would be found with %s", (line) => expect(development.some((mark) => mark.test(line))).toBe(true));
});
