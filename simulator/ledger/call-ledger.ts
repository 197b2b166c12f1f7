import { closeSync, createReadStream, ftruncateSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { type CallEntry, type LedgerFilter, matchesEntry } from "./call-entry.ts";

/** The record of every call received, in a file of one JSON object a line. */
export interface CallLedger {
  /** When it returns, the whole line is in the file for other processes to read. */
  append(entry: CallEntry): void;
  /** The matching entries in the order of the calls, read from the file as it is now. */
  read(filter: LedgerFilter): AsyncIterable<CallEntry>;
  /** Empties the file. */
  clear(): void;
  close(): void;
}

/**
 * Opens the file for appending, and makes its folder; lines of an earlier run are kept. A line is one `write(2)` with
 * O_APPEND: it outlives a kill of this process, though not a loss of power.
 */
export function openCallLedger(path: string): CallLedger {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, "a");
  return {
    append: (entry) => void writeSync(file, `${JSON.stringify(entry)}\n`),
    read: (filter) => readEntries(path, filter),
    clear: () => ftruncateSync(file),
    close: () => closeSync(file),
  };
}

async function* readEntries(path: string, filter: LedgerFilter): AsyncIterable<CallEntry> {
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const entry = JSON.parse(line) as CallEntry;
    if (matchesEntry(entry, filter)) yield entry;
  }
}
