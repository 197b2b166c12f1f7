import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A recorded process. A pid alone is not enough: after a reboot, or much later, another process has it. */
export interface ProcessRecord {
  readonly pid: number;
  /** Boot and start time, as the system reports them; equal only for the same process. */
  readonly identity: string;
  readonly startedAt: number;
}

/** What distinguishes this process from every other with its pid; `undefined` if there is no such process. */
export async function identityOf(pid: number): Promise<string | undefined> {
  return process.platform === "linux" ? linuxIdentity(pid) : psIdentity(pid);
}

async function linuxIdentity(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The name in brackets may itself hold spaces and brackets; what follows the last one is regular.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "X" || (fields[0] === "Z" && !hasThreads(fields))) return undefined;
    return `${(await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim()}:${fields[19]}`;
  } catch {
    return undefined;
  }
}

/** The first thread of a killed process is a zombie at once; the others hold its ports until they have ended too. */
function hasThreads(fields: readonly string[]): boolean {
  return Number(fields[17]) > 1;
}

async function psIdentity(pid: number): Promise<string | undefined> {
  try {
    return (await run("ps", ["-o", "lstart=", "-p", String(pid)])).stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Records a process that was just started; `undefined` if it is gone already. */
export async function record(pid: number, now: number): Promise<ProcessRecord | undefined> {
  const identity = await identityOf(pid);
  return identity === undefined ? undefined : { pid, identity, startedAt: now };
}

/** Returns true if the recorded process still runs, and not a later one with its pid. */
export async function isAlive(recorded: ProcessRecord): Promise<boolean> {
  return (await identityOf(recorded.pid)) === recorded.identity;
}

/** Sends the signal to the recorded process only. Returns false if the process is gone. */
export async function signal(recorded: ProcessRecord, name: NodeJS.Signals): Promise<boolean> {
  if (!(await isAlive(recorded))) return false;
  try {
    process.kill(recorded.pid, name);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}

/** Waits for the process to end. Returns true if it ended within `deadlineMs`. */
export async function waitForEnd(recorded: ProcessRecord, deadlineMs: number): Promise<boolean> {
  const deadline = performance.now() + deadlineMs;
  while (await isAlive(recorded)) {
    if (performance.now() > deadline) return false;
    await pauseMs(25);
  }
  return true;
}

/** Resident memory in bytes, if the system reports it. */
export async function residentBytes(pid: number): Promise<number | undefined> {
  try {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined;
  }
}

export function pauseMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
