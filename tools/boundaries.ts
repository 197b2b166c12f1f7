/** Checks which folder may import which. Fails too when it saw fewer modules than there are: a checker that sees nothing passes everything. */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";

const folders = ["shared", "processors", "gateway", "catalog", "stack", "simulator", "cli"];
const run = spawnSync(
  process.execPath,
  [
    "node_modules/dependency-cruiser/bin/dependency-cruise.mjs",
    ...folders,
    "--config",
    ".dependency-cruiser.json",
    "--output-type",
    "json",
  ],
  { encoding: "utf8", maxBuffer: 256 * 1024 * 1024 },
);
if (!run.stdout.startsWith("{")) {
  process.stderr.write(run.stdout + run.stderr);
  process.exit(1);
}
interface Cruise {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}
const { modules, summary } = JSON.parse(run.stdout) as Cruise;
const files = globSync(folders.map((folder) => `${folder}/**/*.ts`)).length;
const seen = modules.filter(
  ({ source }) => folders.some((folder) => source.startsWith(`${folder}/`)) && source.endsWith(".ts"),
).length;
for (const { from, to, rule } of summary.violations) process.stderr.write(`${rule.name}: ${from} -> ${to}\n`);
if (seen < files) process.stderr.write(`Saw ${seen} of ${files} modules\n`);
process.stdout.write(`boundaries: ${seen} modules, ${summary.violations.length} violations\n`);
process.exit(summary.violations.length > 0 || seen < files ? 1 : 0);
