/**
 * Holds every import against `rooms.ts`, and every specifier to its form: relative inside a room, `#` across. Import
 * cycles, those of types alone included, and imports that lead nowhere are dependency-cruiser's. Fails too when it saw
 * fewer modules than there are: a checker that sees nothing passes everything.
 */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { forbiddenImports, type Import } from "./rooms.ts";
import { misshapenSpecifiers, type Specifier } from "./specifiers.ts";

/** Folders whose imports the rooms bind; tests may import anything and keep to the form of specifiers only. */
const product = ["shared", "processors", "gateway", "catalog", "stack", "simulator", "cli", "tools"];
const folders = [...product, "tests"];

interface Dependency {
  readonly module: string;
  readonly resolved: string;
  readonly dependencyTypes: readonly string[];
}

interface Module {
  readonly source: string;
  readonly dependencies: readonly Dependency[];
}

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

interface Cruise {
  readonly modules: readonly Module[];
  readonly summary: { readonly violations: readonly Violation[] };
}

function cruise(): Cruise {
  const program = "node_modules/dependency-cruiser/bin/dependency-cruise.mjs";
  const args = [program, ...folders, "--config", ".dependency-cruiser.json", "--output-type", "json"];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 256 * 1024 * 1024 });
  if (stdout.startsWith("{")) return JSON.parse(stdout) as Cruise;
  process.stderr.write(stdout + stderr);
  process.exit(1);
}

function importsOf({ source, dependencies }: Module): readonly Import[] {
  return dependencies.map((dependency) => toImport(source, dependency));
}

function toImport(from: string, { module, resolved, dependencyTypes }: Dependency): Import {
  const isTypeOnly = dependencyTypes.includes("type-only");
  if (dependencyTypes.includes("core")) return { from, to: `node:${resolved}`, isPackage: true, isTypeOnly };
  const isPackage = resolved.includes("node_modules/");
  return { from, to: isPackage ? packageOf(module) : resolved, isPackage, isTypeOnly };
}

/** `twilio` of `twilio/lib/x.js`, `@aws-sdk/client-sesv2` whole. */
function packageOf(module: string): string {
  return module
    .split("/")
    .slice(0, module.startsWith("@") ? 2 : 1)
    .join("/");
}

const { modules, summary } = cruise();
const isIn = (file: string, all: readonly string[]) => all.some((folder) => file.startsWith(`${folder}/`));
const seen = modules.filter(({ source }) => isIn(source, folders) && source.endsWith(".ts"));
const imports = seen.filter(({ source }) => isIn(source, product)).flatMap(importsOf);
const specifiers = seen.flatMap(({ source, dependencies }) =>
  dependencies
    .filter(({ resolved }) => isIn(resolved, folders))
    .map(({ module, resolved }): Specifier => ({ from: source, to: resolved, written: module })),
);
const faults = [
  ...summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} -> ${to}`),
  ...forbiddenImports(imports),
  ...misshapenSpecifiers(specifiers),
];
const files = globSync(folders.map((folder) => `${folder}/**/*.ts`)).length;
if (seen.length < files) faults.push(`Saw ${seen.length} of ${files} modules`);
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.stdout.write(`boundaries: ${seen.length} modules, ${imports.length} imports, ${faults.length} faults\n`);
process.exit(faults.length > 0 ? 1 : 0);
