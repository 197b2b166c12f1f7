import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stackFile } from "#shared/platform/config/stack-file.ts";
import type { Row } from "./status-table.ts";

/** A process of `comms run` beside the local stack, as it writes itself to `.carillon/run/<pid>.json`. */
export interface RunProcess {
  /** What it hosts: `router`, or `all`. */
  readonly hosts: string;
  readonly pid: number;
  /** ms */
  readonly startedAt: number;
  /** Where it serves `/livez`, `/readyz` and `/metrics`. */
  readonly health: string;
}

/**
 * Has `make status` list a process, where a stack stands in this folder. Returns what takes the line away again. A process that
 * is killed leaves its file behind, which the next one removes. Never throws: a line less is no reason not to run.
 */
export function announceProcess(root: string, one: RunProcess): () => void {
  const folder = folderOf(root);
  const file = join(folder, `${one.pid}.json`);
  try {
    if (!existsSync(stackFile(root))) return () => {};
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder)) {
      if (readProcess(join(folder, name)) === undefined) rmSync(join(folder, name), { force: true });
    }
    writeFileSync(file, JSON.stringify(one));
  } catch {
    return () => {};
  }
  return () => rmSync(file, { force: true });
}

/** The processes that run beside the stack of a folder, those of `make dev` and of a demo included. */
export function runProcesses(root: string): readonly RunProcess[] {
  const folder = folderOf(root);
  if (!existsSync(folder)) return [];
  const found = readdirSync(folder).flatMap((name) => readProcess(join(folder, name)) ?? []);
  return found.toSorted((a, b) => a.startedAt - b.startedAt);
}

/** A line for each in the table of addresses. */
export function runProcessRows(processes: readonly RunProcess[]): readonly Row[] {
  return processes.map(({ hosts, pid, startedAt, health }) => ({
    name: hosts,
    state: "running",
    pid,
    startedAt,
    address: `${health}/readyz`,
  }));
}

function folderOf(root: string): string {
  return join(root, ".carillon", "run");
}

/** Undefined if the process has died without taking its file away. */
function readProcess(file: string): RunProcess | undefined {
  try {
    const found = JSON.parse(readFileSync(file, "utf8")) as RunProcess;
    process.kill(found.pid, 0);
    return found;
  } catch {
    return undefined;
  }
}
