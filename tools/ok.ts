/** Runs every check that does not run the product, then says which failed. */
import { spawnSync } from "node:child_process";

const checks: readonly (readonly [name: string, ...command: string[]])[] = [
  ["types", "node_modules/typescript/bin/tsc", "-p", "."],
  ["lint", "node_modules/oxlint/bin/oxlint", "--type-aware", "--deny-warnings"],
  ["format", "node_modules/@biomejs/biome/bin/biome", "check", "."],
  ["boundaries", "tools/boundaries.ts"],
  ["documented", "tools/documented.ts"],
  ["unique exports", "tools/unique-exports.ts"],
  ["conventions", "tools/conventions.ts"],
  ["unused", "node_modules/knip/bin/knip.js"],
  ["schemas", "tools/gate.ts"],
  ["requirements", "tools/trace.ts"],
  ["generated", "tools/generate.ts", "--check"],
];

const failed: string[] = [];
for (const [name, ...command] of checks) {
  const started = Date.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  process.stderr.write(`${status === 0 ? "ok  " : "FAIL"} ${name} (${seconds} s)\n`);
  if (status === 0) continue;
  failed.push(name);
  process.stderr.write(stdout + stderr);
}
process.stdout.write(`${checks.length - failed.length} passed, ${failed.length} failed\n`);
process.exit(failed.length === 0 ? 0 : 1);
