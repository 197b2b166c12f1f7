import { readFileSync } from "node:fs";
import type { SettingValues } from "./setting.ts";

/** Values by name, with the sentences about files that could not be read. */
export interface ResolvedValues {
  readonly values: Readonly<Record<string, string>>;
  /** Each begins with the name that was written. */
  readonly issues: readonly string[];
  /** Settings whose file could not be read. */
  readonly unread: readonly string[];
}

/** Reads the text of a file; throws if it cannot. */
export type ReadFile = (path: string) => string;

/** The file's text without the line end that editors and secret stores put there. */
export const readValueFile: ReadFile = (path) => readFileSync(path, "utf8").trim();

/**
 * Puts the text of files in the place of their names: `NAME_FILE` becomes `NAME`. A name of `settings` that ends in
 * `_FILE` itself is left as it is. A value and a file for one setting are an issue. What is not set, or empty, is left out.
 */
export function resolveFiles(
  written: SettingValues,
  { settings, readFile = readValueFile }: { readonly settings: ReadonlySet<string>; readonly readFile?: ReadFile },
): ResolvedValues {
  const values: Record<string, string> = {};
  const issues: string[] = [];
  const unread: string[] = [];
  for (const [name, value] of Object.entries(written)) {
    if (value === undefined || value === "") continue;
    if (!name.endsWith("_FILE") || settings.has(name)) {
      values[name] = value;
      continue;
    }
    const setting = name.slice(0, -"_FILE".length);
    if (written[setting]) {
      issues.push(`${name}: is set beside ${setting}; keep one of them`);
      continue;
    }
    try {
      values[setting] = readFile(value);
    } catch {
      issues.push(`${name}: the file that it names cannot be read`);
      unread.push(setting);
    }
  }
  return { values, issues, unread };
}
