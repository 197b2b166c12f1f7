/**
 * The whole proof: checks, then unit, contract and simulated tests, then integration on the real stack. Prints the
 * runners' own output, the seconds of each suite, and as its last line the counts of all of them together.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkResult, readMaySkip, type SuiteResult, suiteResult, testMinutesMax, verdictOf } from "./test-report.ts";

const folder = mkdtempSync(join(tmpdir(), "carillon-test-"));
const endsAt = Date.now() + testMinutesMax * 60_000;

function run(name: string, args: readonly string[]): { readonly seconds: number; readonly status: number } {
  process.stdout.write(`\n== ${name}\n`);
  const startedAt = Date.now();
  // One second more than is allowed, so that a suite that hangs is also late.
  const timeout = Math.max(endsAt - startedAt, 0) + 1_000;
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit", timeout });
  return { seconds: (Date.now() - startedAt) / 1_000, status: status ?? 1 };
}

function suite(name: string): SuiteResult {
  const file = join(folder, `${name}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile=${file}`];
  const ended = run(name, ["node_modules/vitest/vitest.mjs", "run", "--project", name, ...reporters]);
  return suiteResult({ name, ...ended, report: readText(file) }, maySkip);
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

const maySkip = readMaySkip(readFileSync("tests/may-skip.txt", "utf8"));
const checks = checkResult({ name: "checks", ...run("checks", ["tools/ok.ts"]) });
const { lines, isPassed } = verdictOf([checks, ...["unit", "contract", "simulation", "integration"].map(suite)]);
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`\n${lines.join("\n")}\n`);
process.exit(isPassed ? 0 : 1);
