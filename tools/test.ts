/**
 * The whole proof: checks, unit and contract tests, then integration on the real stack. Prints the runners' own output
 * and closes with one line that counts all of them together.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numFailedTestSuites: number;
  readonly success: boolean;
}

const folder = mkdtempSync(join(tmpdir(), "carillon-test-"));
let passed = 0;
let failed = 0;

function step(name: string, args: readonly string[]): number {
  process.stdout.write(`\n== ${name}\n`);
  return spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1;
}

function project(name: string): void {
  const file = join(folder, `${name}.json`);
  const status = step(name, [
    "node_modules/vitest/vitest.mjs",
    "run",
    "--project",
    name,
    "--reporter=default",
    "--reporter=json",
    `--outputFile=${file}`,
  ]);
  const report = readReport(file);
  passed += report?.numPassedTests ?? 0;
  const bad = (report?.numFailedTests ?? 0) + (report?.numPendingTests ?? 0);
  // A suite that could not be loaded, or a runner that died, fails without a failed test.
  failed += bad > 0 || status === 0 ? bad : 1;
}

function readReport(file: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Report;
  } catch {
    return undefined;
  }
}

const ok = step("checks", ["tools/ok.ts"]) === 0;
passed += Number(ok);
failed += Number(!ok);
project("unit");
project("integration");
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
