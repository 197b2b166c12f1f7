import { closeSync, createReadStream, ftruncateSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { type CallEntry, type LedgerFilter, matchesEntry } from "./call-entry.ts";

/** The record of every call received, in a file of one JSON object a line. */
export interface CallLedger {
  /** Resolves when the whole line is in the file for other processes to read; rejects if it cannot be written. */
  append(entry: CallEntry): Promise<void>;
  /** The matching entries in the order of the calls, read from the file as it is now. */
  read(filter: LedgerFilter): AsyncIterable<CallEntry>;
  /** Empties the file. */
  clear(): void;
  close(): void;
}

/**
 * Opens the file for appending, and makes its folder; lines of an earlier run are kept. The lines of one turn of the event
 * loop are one `write(2)` with O_APPEND: what is written outlives a kill of this process, though not a loss of power.
 */
export function openCallLedger(path: string): CallLedger {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, "a");
  let turn: Turn | undefined;
  let isClosed = false;

  const write = (): void => {
    const written = turn;
    turn = undefined;
    if (written === undefined) return;
    try {
      writeSync(file, written.lines);
      written.done.resolve();
    } catch (error) {
      written.done.reject(error);
    }
  };

  return {
    append: (entry) => {
      // The number of a closed file may be another's by now.
      if (isClosed) return Promise.reject(new Error("The ledger is closed"));
      if (turn === undefined) {
        turn = { lines: "", done: Promise.withResolvers<void>() };
        setImmediate(write);
      }
      turn.lines += `${JSON.stringify(entry)}\n`;
      return turn.done.promise;
    },
    read: (filter) => readEntries(path, filter),
    clear: () => {
      write();
      ftruncateSync(file);
    },
    close: () => {
      write();
      isClosed = true;
      closeSync(file);
    },
  };
}

/** What was appended since the last write. */
interface Turn {
  lines: string;
  readonly done: PromiseWithResolvers<void>;
}

async function* readEntries(path: string, filter: LedgerFilter): AsyncIterable<CallEntry> {
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const entry = JSON.parse(line) as CallEntry;
    if (matchesEntry(entry, filter)) yield entry;
  }
}
