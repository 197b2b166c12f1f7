import { fuseProblems } from "#tests/simulation/fuse.ts";
import { orderProblems } from "#tests/simulation/order.ts";
import type { SimulationResult } from "#tests/simulation/simulation-result.ts";
import { watermarkProblems } from "#tests/simulation/watermark.ts";
import { writeFigures } from "./proof-page.ts";

const seeds = 2_000;

interface Suite {
  readonly name: string;
  readonly cases: string;
  readonly problemsOf: (seed: number) => Promise<SimulationResult>;
}

const suites: readonly Suite[] = [
  { name: "order", cases: "records", problemsOf: orderProblems },
  { name: "fuse", cases: "blown fuses", problemsOf: fuseProblems },
  { name: "watermark", cases: "steps", problemsOf: watermarkProblems },
];

/** Runs each simulation with 2,000 seeds and writes the figures into `docs/proofs.md`. Resolves with whether none failed. */
export async function proveSimulation(): Promise<boolean> {
  const rows = ["| simulation | seeds | tried | seeds that failed | seconds |", "|---|---|---|---|---|"];
  let failures = 0;
  for (const suite of suites) {
    const { tried, failed, seconds } = await runSuite(suite);
    failures += failed.length;
    const shown = failed.length === 0 ? "none" : failed.slice(0, 20).join(", ");
    rows.push(
      `| ${suite.name} | 1 to ${seeds} | ${tried.toLocaleString("en-US")} ${suite.cases} | ${shown} | ${seconds} |`,
    );
    process.stdout.write(`${rows.at(-1)}\n`);
  }
  writeFigures("simulation", rows);
  return failures === 0;
}

async function runSuite({ name, problemsOf }: Suite) {
  const began = Date.now();
  const failed: number[] = [];
  let tried = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const { problems, cases } = await problemsOf(seed);
    tried += cases;
    for (const problem of problems) process.stderr.write(`${name}, seed ${seed}: ${problem}\n`);
    if (problems.length > 0) failed.push(seed);
  }
  return { tried, failed, seconds: Math.round((Date.now() - began) / 1000) };
}
