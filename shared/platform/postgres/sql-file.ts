import { readFileSync } from "node:fs";

/**
 * The text of a `.sql` file beside the calling module: `sqlFile(import.meta.url, "./upsert.sql")`. Read once, when the
 * module loads; throws if the file is missing.
 */
export function sqlFile(moduleUrl: string, path: string): string {
  return readFileSync(new URL(path, moduleUrl), "utf8");
}
