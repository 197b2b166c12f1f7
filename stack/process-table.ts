import { readJson, writeJson } from "./json-file.ts";
import type { ProcessRecord } from "./processes.ts";

/** The processes that this stack started, by part. */
export type ProcessTable = Readonly<Record<string, ProcessRecord>>;

/** The table in the file; empty if there is none. */
export async function readTable(file: string): Promise<ProcessTable> {
  const content = await readJson(file);
  if (typeof content !== "object" || content === null) return {};
  return Object.fromEntries(Object.entries(content).filter(([, value]) => isRecorded(value)));
}

export async function writeTable(file: string, table: ProcessTable): Promise<void> {
  await writeJson(file, table);
}

function isRecorded(value: unknown): value is ProcessRecord {
  return (
    typeof value === "object" &&
    value !== null &&
    "pid" in value &&
    typeof value.pid === "number" &&
    "identity" in value &&
    typeof value.identity === "string" &&
    "startedAt" in value &&
    typeof value.startedAt === "number"
  );
}
