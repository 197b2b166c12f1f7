import { closeSync, openSync, readSync } from "node:fs";
import type { CallEntry } from "#simulator/ledger/call-entry.ts";

/** A look at the double's ledger that reads each line once: asking the double for all of it would cost it CPU each time. */
export interface LedgerTail {
  /** Every call so far, in the order in which the double took them. */
  read(): readonly CallEntry[];
  close(): void;
}

const chunkBytes = 1 << 20;

/** Follows the ledger's file from its beginning. */
export function tailLedger(path: string): LedgerTail {
  const file = openSync(path, "r");
  const chunk = Buffer.alloc(chunkBytes);
  const entries: CallEntry[] = [];
  let position = 0;
  let rest = "";
  return {
    read: () => {
      for (;;) {
        const bytes = readSync(file, chunk, 0, chunkBytes, position);
        if (bytes === 0) return entries;
        position += bytes;
        // The ledger is ASCII but for recipients, and a line that is cut in two is put together as text.
        const lines = (rest + chunk.toString("latin1", 0, bytes)).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) entries.push(JSON.parse(line) as CallEntry);
      }
    },
    close: () => closeSync(file),
  };
}
