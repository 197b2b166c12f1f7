import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** One import of a module, as dependency-cruiser reports it. */
export interface Dependency {
  /** The specifier as it is written. */
  readonly module: string;
  /** The file that it leads to, from the root; for a Node module its name without `node:`. */
  readonly resolved: string;
  /** `core`, `npm`, `local`, `type-only` and others. */
  readonly dependencyTypes: readonly string[];
}

/** A module and what it imports. */
export interface GraphModule {
  readonly source: string;
  readonly dependencies: readonly Dependency[];
}

/** An import that a rule of `.dependency-cruiser.json` refuses. */
export interface RuleViolation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

/** The imports of a tree, with what dependency-cruiser itself refuses: cycles, and imports that lead nowhere. */
export interface DependencyGraph {
  readonly modules: readonly GraphModule[];
  readonly violations: readonly RuleViolation[];
}

/**
 * Reads the imports of these folders under a root, which needs a `tsconfig.json`. Throws an `Error` with the tool's output
 * where it fails.
 */
export function readDependencyGraph(folders: readonly string[], root: string): DependencyGraph {
  const ours = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
  const program = ours("node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const args = [program, ...folders, "--config", ours(".dependency-cruiser.json"), "--output-type", "json"];
  const options = { cwd: root, encoding: "utf8", maxBuffer: 256 * 1024 * 1024 } as const;
  const { stdout, stderr } = spawnSync(process.execPath, args, options);
  if (!stdout.startsWith("{")) throw new Error(stdout + stderr);
  const { modules, summary } = JSON.parse(stdout) as {
    readonly modules: readonly GraphModule[];
    readonly summary: { readonly violations: readonly RuleViolation[] };
  };
  return { modules, violations: summary.violations };
}
