import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { refusal } from "./refusal.ts";

const gib = 1024 ** 3;

/** Free bytes for this user on the file system of a folder, or of the nearest folder above that exists. */
export async function freeBytes(folder: string): Promise<number> {
  try {
    const fs = await statfs(folder);
    return fs.bavail * fs.bsize;
  } catch (error) {
    if (dirname(folder) === folder) throw error;
    return freeBytes(dirname(folder));
  }
}

/** Refuses, in a sentence, to start what a full disk would corrupt. */
export async function assertSpace(folder: string, needed: number, free = freeBytes): Promise<void> {
  const found = await free(folder);
  if (found >= needed) return;
  throw refusal(
    "STACK_DISK_FULL",
    `${folder} has ${(found / gib).toFixed(1)} GiB free and the stack needs ${(needed / gib).toFixed(1)} GiB: free some, ` +
      "or drop this checkout's data with 'make clean'.",
  );
}
