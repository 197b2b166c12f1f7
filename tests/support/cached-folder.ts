import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readStackConfig } from "#shared/platform/config/stack-config.ts";

/**
 * A folder beside the stack's servers, filled once for all checkouts; undefined where it cannot be filled. `fill` returns true if
 * it has. Its folder is put in place whole, so two that fill it at once do not meet.
 */
export function cachedFolder(name: string, fill: (folder: string) => boolean): string | undefined {
  const { cache } = readStackConfig();
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  const partial = `${folder}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  try {
    if (fill(partial)) renameSync(partial, folder);
  } catch (error) {
    // Another was first.
    if ((error as NodeJS.ErrnoException).code !== "ENOTEMPTY") throw error;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return existsSync(folder) ? folder : undefined;
}
