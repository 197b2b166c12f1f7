import { readFile } from "node:fs/promises";
import type { Layout } from "./layout.ts";
import type { Part } from "./part.ts";
import { type ProcessTable, readTable, writeTable } from "./process-table.ts";
import { isAlive, type ProcessRecord, pauseMs, record, signal, waitForEnd } from "./processes.ts";
import { refusal } from "./refusal.ts";
import { launch } from "./run-command.ts";

export type Say = (line: string) => void;

/** How long a part may take to become ready, and to stop. */
const readyDeadlineMs = 90_000;
const stopDeadlineMs = 20_000;
const probeIntervalMs = 50;

/** Starts parts, remembers their pids in the layout's process table, and ends them. */
export interface Supervisor {
  /** The recorded processes that still run, by part. */
  running(): Promise<ProcessTable>;
  /** Starts the part unless it runs already; resolves once it is ready. */
  start(part: Part): Promise<ProcessRecord>;
  /** Sends a signal and waits for the end if the signal is fatal. Returns false if there was no process. */
  kill(name: string, signalName: NodeJS.Signals): Promise<boolean>;
  /** Stops the part, with SIGKILL if it does not react. */
  stop(name: string, stopSignal: NodeJS.Signals): Promise<void>;
}

export function createSupervisor(layout: Layout, say: Say): Supervisor {
  // Parts start side by side and share the table: one change at a time.
  let changes: Promise<void> = Promise.resolve();
  const change = (edit: (table: ProcessTable) => ProcessTable): Promise<void> => {
    changes = changes.then(async () => writeTable(layout.processesFile, edit(await readTable(layout.processesFile))));
    return changes;
  };
  const remember = (name: string, recorded: ProcessRecord) => change((table) => ({ ...table, [name]: recorded }));
  const forget = (name: string) => change(({ [name]: _gone, ...rest }) => rest);
  const lookUp = async (name: string) => ifAlive((await readTable(layout.processesFile))[name]);

  return {
    async running() {
      return livingProcesses(await readTable(layout.processesFile));
    },
    async start(part) {
      const before = await lookUp(part.name);
      const began = performance.now();
      if (before === undefined) await part.prepare();
      const recorded = before ?? (await begin(part, remember));
      await untilReady(part, recorded, began);
      await part.afterReady?.();
      if (before === undefined) say(`${part.name.padEnd(10)}ready after ${seconds(began)}  ${part.address}`);
      return recorded;
    },
    async kill(name, signalName) {
      const recorded = await lookUp(name);
      if (recorded === undefined) return false;
      const sent = await signal(recorded, signalName);
      if (fatal.has(signalName)) await waitForEnd(recorded, stopDeadlineMs);
      return sent;
    },
    async stop(name, stopSignal) {
      const recorded = await lookUp(name);
      const began = performance.now();
      if (recorded !== undefined) await end(recorded, stopSignal);
      await forget(name);
      if (recorded !== undefined) say(`${name.padEnd(10)}stopped after ${seconds(began)}`);
    },
  };
}

const fatal: ReadonlySet<NodeJS.Signals> = new Set(["SIGKILL", "SIGTERM", "SIGINT", "SIGQUIT", "SIGABRT"]);

async function begin(
  part: Part,
  remember: (name: string, recorded: ProcessRecord) => Promise<void>,
): Promise<ProcessRecord> {
  const recorded = await record(await launch(part.command(), part.logFile), Date.now());
  if (recorded === undefined) throw await deathOf(part);
  await remember(part.name, recorded);
  return recorded;
}

async function untilReady(part: Part, recorded: ProcessRecord, began: number): Promise<void> {
  while (!(await part.ready())) {
    if (!(await isAlive(recorded))) throw await deathOf(part);
    if (performance.now() - began > readyDeadlineMs) {
      throw refusal(
        "STACK_PART_SLOW",
        `${part.name} is not ready after ${seconds(began)}: ${part.logFile} may say why.`,
      );
    }
    await pauseMs(probeIntervalMs);
  }
}

async function deathOf(part: Part): Promise<Error> {
  return refusal(
    "STACK_PART_DIED",
    `${part.name} ended before it was ready; the end of ${part.logFile} says: ${await lastLines(part.logFile)}`,
  );
}

async function lastLines(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.trim().split("\n").slice(-3).join(" | ").slice(-600);
}

async function end(recorded: ProcessRecord, stopSignal: NodeJS.Signals): Promise<void> {
  await signal(recorded, stopSignal);
  // A process stopped by SIGSTOP does not handle the signal before SIGCONT.
  await signal(recorded, "SIGCONT");
  if (await waitForEnd(recorded, stopDeadlineMs)) return;
  await signal(recorded, "SIGKILL");
  await waitForEnd(recorded, stopDeadlineMs);
}

async function ifAlive(recorded: ProcessRecord | undefined): Promise<ProcessRecord | undefined> {
  return recorded !== undefined && (await isAlive(recorded)) ? recorded : undefined;
}

async function livingProcesses(table: ProcessTable): Promise<ProcessTable> {
  const entries = await Promise.all(
    Object.entries(table).map(async ([name, found]) => [name, await ifAlive(found)] as const),
  );
  return Object.fromEntries(entries.filter((entry): entry is [string, ProcessRecord] => entry[1] !== undefined));
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
