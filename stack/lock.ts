import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { readJson } from "./json-file.ts";
import { isAlive, type ProcessRecord, pauseMs, record } from "./processes.ts";
import { refusal } from "./refusal.ts";

/**
 * Runs `work` while no other process holds the lock file. Ignores a holder that died; waits for a living
 * one up to `waitMs`, then throws a refusal.
 */
export async function withLock<T>(
  file: string,
  options: { readonly waitMs: number; readonly say: (line: string) => void },
  work: () => Promise<T>,
): Promise<T> {
  await acquire(file, options);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function acquire(file: string, options: { readonly waitMs: number; readonly say: (line: string) => void }) {
  const deadline = performance.now() + options.waitMs;
  let hasReported = false;
  while (!(await tryAcquire(file))) {
    const holder = await holderOf(file);
    if (holder === undefined) continue;
    if (performance.now() > deadline) {
      throw refusal(
        "STACK_LOCKED",
        `Process ${holder.pid} has been starting or stopping this stack for long: end it, then try again.`,
      );
    }
    if (!hasReported) options.say(`waiting for process ${holder.pid}, which is starting or stopping this stack`);
    hasReported = true;
    await pauseMs(100);
  }
}

async function tryAcquire(file: string): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true });
  try {
    await writeFile(file, JSON.stringify(await record(process.pid, Date.now())), { flag: "wx" });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** The living holder. Removes the file of a dead one. */
async function holderOf(file: string): Promise<ProcessRecord | undefined> {
  const holder = (await readJson(file)) as ProcessRecord | undefined;
  if (holder === undefined) {
    // The file was just created and is not written yet, or was just removed: look again in a moment.
    await pauseMs(50);
    if ((await readJson(file)) === undefined) await rm(file, { force: true });
    return undefined;
  }
  if (await isAlive(holder)) return holder;
  await rm(file, { force: true });
  return undefined;
}
