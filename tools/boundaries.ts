/**
 * Holds every import against `rooms.ts`, and every specifier to its form: relative inside a room, `#` across. Import
 * cycles, those of types alone included, and imports that lead nowhere are dependency-cruiser's. Fails too when it saw
 * fewer modules than there are (a checker that sees nothing passes everything), and where a room is allowed what it does
 * not import. An argument names another root than the
 * current folder; it needs a `tsconfig.json`.
 */
import { existsSync, globSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Dependency, type GraphModule, readDependencyGraph } from "./dependency-graph.ts";
import { forbiddenImports, type Import, unusedAllowances } from "./rooms.ts";
import { misshapenSpecifiers, type Specifier } from "./specifiers.ts";

/** Folders whose imports the rooms bind; tests may import anything and keep to the form of specifiers only. */
const product = ["shared", "processors", "gateway", "catalog", "stack", "simulator", "cli", "tools"];
const root = resolve(process.argv[2] ?? ".");
const folders = [...product, "tests"].filter((folder) => existsSync(join(root, folder)));

function importsOf({ source, dependencies }: GraphModule): readonly Import[] {
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

const graph = readDependencyGraph(folders, root);
const isIn = (file: string, all: readonly string[]) => all.some((folder) => file.startsWith(`${folder}/`));
const seen = graph.modules.filter(({ source }) => isIn(source, folders) && source.endsWith(".ts"));
const imports = seen.filter(({ source }) => isIn(source, product)).flatMap(importsOf);
const specifiers = seen.flatMap(({ source, dependencies }) =>
  dependencies
    .filter(({ resolved }) => isIn(resolved, folders))
    .map(({ module, resolved }): Specifier => ({ from: source, to: resolved, written: module })),
);
const violations = [
  ...graph.violations.map(({ from, to, rule }) => `${rule.name}: ${from} -> ${to}`),
  ...forbiddenImports(imports),
  ...misshapenSpecifiers(specifiers),
  // Another root is a part of a house: what its rooms may import need not be there.
  ...(root === resolve(".") ? unusedAllowances(imports) : []),
];
const files = globSync(
  folders.map((folder) => `${folder}/**/*.ts`),
  { cwd: root },
).length;
if (seen.length < files) violations.push(`Saw ${seen.length} of ${files} modules`);
for (const violation of violations) process.stderr.write(`${violation}\n`);
process.stdout.write(
  `boundaries: ${seen.length} modules, ${imports.length} imports, ${violations.length} violations\n`,
);
process.exit(violations.length > 0 ? 1 : 0);
