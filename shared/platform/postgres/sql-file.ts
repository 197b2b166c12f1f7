import { readFileSync } from "node:fs";

/**
 * The text of a `.sql` file beside the module that asks: `sqlFile(import.meta.url, "./upsert.sql")`. Read once, when the
 * module loads; throws when it is not there.
 */
export function sqlFile(moduleUrl: string, path: string): string {
  return readFileSync(new URL(path, moduleUrl), "utf8");
}
