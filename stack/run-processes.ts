import { readFileSync } from "node:fs";
import type { Row } from "./status-table.ts";

/** The process of `make dev`, as `tools/dev.ts` writes it to `.carillon/dev.json`. */
interface DevProcess {
  readonly pid: number;
  /** ms */
  readonly startedAt: number;
  /** Where it serves `/livez`, `/readyz` and `/metrics`. */
  readonly health: string;
}

/** The process of `make dev`; undefined if there is none, or if it died without taking its file away. */
export function readDevProcess(file: string): DevProcess | undefined {
  try {
    const found = JSON.parse(readFileSync(file, "utf8")) as DevProcess;
    process.kill(found.pid, 0);
    return found;
  } catch {
    return undefined;
  }
}

/** Its line in the table of addresses. */
export function devProcessRows(dev: DevProcess | undefined): readonly Row[] {
  if (dev === undefined) return [];
  const { pid, startedAt, health } = dev;
  return [{ name: "processes", state: "running", pid, startedAt, address: `${health}/metrics` }];
}
