import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** A checkout without node_modules, and a path with a Node that says what version it is and, run, that it ran. */
const folder = mkdtempSync(join(tmpdir(), "carillon-node-"));
afterAll(() => rmSync(folder, { recursive: true }));
for (const path of ["bin/node", "package.json"]) cpSync(join(root, path), join(folder, path), { recursive: true });
mkdirSync(join(folder, "path"));

function runWith(version: string) {
  const script = `#!/bin/sh\nif [ "$1" = --version ]; then echo v${version}; else echo "ran $*"; fi\n`;
  writeFileSync(join(folder, "path/node"), script, { mode: 0o755 });
  const env = { PATH: `${join(folder, "path")}:/usr/bin:/bin` };
  const { status, stdout, stderr } = spawnSync(join(folder, "bin/node"), ["a file.ts"], { encoding: "utf8", env });
  return { status, stdout: stdout.trim(), stderr };
}

describe("bin/node takes from the path what package.json asks for", () => {
  test.each(["24.4.0", "24.4.1", "24.10.0", "25.0.0", "100.0.0"])("%s runs", (version) => {
    expect(runWith(version)).toEqual({ status: 0, stdout: "ran a file.ts", stderr: "" });
  });

  test.each(["20.19.5", "24.0.0", "24.3.9", "9.9.9"])("%s does not, and says what would", (version) => {
    const { status, stdout, stderr } = runWith(version);
    expect([status, stdout]).toEqual([3, ""]);
    expect(stderr).toContain("Carillon needs Node 24.4 or later");
  });
});
