import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { StackFile } from "./addresses.ts";
import type { SettingValues } from "./setting.ts";

/** Where a folder keeps the addresses of its stack. */
export function stackFile(root: string): string {
  return join(root, ".carillon", "stack.json");
}

/** Values for what the environment leaves out; `unused` says in a sentence why a file that is there gives none. */
export interface LocalSettings {
  readonly values: SettingValues;
  readonly unused?: string;
}

/**
 * The settings of the local stack. Its file counts only where this checkout's own stack made it, and not in production:
 * a file that came from elsewhere would choose servers and secrets.
 */
export function readLocalSettings(env: NodeJS.ProcessEnv, checkout: string): LocalSettings {
  const path = stackFile(env["COMMS_STACK_ROOT"] || checkout);
  const here = stackFile(process.cwd());
  if (!existsSync(path)) {
    if (here === path || !existsSync(here)) return { values: {} };
    return { values: {}, unused: `${here} is not used: this code runs from ${checkout}` };
  }
  const found = readJsonFile(path) as Partial<StackFile> | undefined;
  const refusal = refusalOf(found ?? {}, env, checkout);
  return refusal === undefined ? { values: found?.settings ?? {} } : { values: {}, unused: `${path} ${refusal}` };
}

function refusalOf(found: Partial<StackFile>, env: NodeJS.ProcessEnv, checkout: string): string | undefined {
  if (env["NODE_ENV"] === "production") return "is not used, because NODE_ENV is production";
  if (found.checkout === undefined || found.settings === undefined) {
    return "is not used: it holds no settings, so an earlier version made it; run 'make up' again";
  }
  if (found.checkout !== checkout) return "is not used: the stack of another checkout made it";
  return undefined;
}

function readJsonFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
