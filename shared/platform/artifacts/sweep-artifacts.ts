import { opendir, rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Instant } from "#shared/domain/time/instant.ts";
import { codeOf } from "../errors/app-error.ts";

/** How long a segment or file of artifacts stays after its last write, days: as long as the decisions that name them (decision 22). */
export const artifactDays = 400;

/**
 * Removes the files of an artifact folder that were last written before an instant, one at a time, and returns how many: whole
 * segments, and the files of a message each of releases before. A folder goes with the last of its files. It stops early when the
 * signal aborts. Several processes may sweep one folder; what another has removed is no error.
 */
export async function sweepArtifacts(url: string, before: Instant, signal: AbortSignal): Promise<number> {
  return sweepFolder(fileURLToPath(url), before, signal);
}

async function sweepFolder(folder: string, before: Instant, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for await (const entry of await entriesOf(folder)) {
    if (signal.aborted) break;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) removed += await sweepBelow(path, before, signal);
    else if (await isOlder(path, before)) {
      await rm(path, { force: true });
      removed++;
    }
  }
  return removed;
}

/** A folder that nothing was removed from stays, empty or not: somebody may be about to write into it. */
async function sweepBelow(folder: string, before: Instant, signal: AbortSignal): Promise<number> {
  const removed = await sweepFolder(folder, before, signal);
  if (removed > 0) await rmdir(folder).catch(ignoreInUse);
  return removed;
}

/** Files are left in it, or another process was faster. */
function ignoreInUse(error: unknown): void {
  if (!["ENOTEMPTY", "EEXIST", "ENOENT"].includes(codeOf(error))) throw error;
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
