import { opendir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Instant } from "#shared/domain/time/instant.ts";
import { codeOf } from "../errors/app-error.ts";

/** How long an artifact stays after it was last written, days: as long as the decision that names it (decision 22). */
export const artifactDays = 400;

/**
 * Removes the files of an artifact folder that were last written before an instant, one at a time, and returns how many. It
 * stops early when the signal aborts. Several processes may sweep one folder; what another has removed is no error.
 */
export async function sweepArtifacts(url: string, before: Instant, signal: AbortSignal): Promise<number> {
  return sweepFolder(fileURLToPath(url), before, signal);
}

async function sweepFolder(folder: string, before: Instant, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for await (const entry of await entriesOf(folder)) {
    if (signal.aborted) break;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) removed += await sweepFolder(path, before, signal);
    else if (await isOlder(path, before)) {
      await rm(path, { force: true });
      removed++;
    }
  }
  return removed;
}

/** Nothing for a folder that is not there yet. */
async function entriesOf(folder: string) {
  try {
    return await opendir(folder);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
}

async function isOlder(path: string, before: Instant): Promise<boolean> {
  try {
    return (await stat(path)).mtimeMs < before;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}
