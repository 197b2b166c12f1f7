import type { MailboxContent } from "../core/call.ts";
import type { CallEntry } from "../ledger/call-entry.ts";

/** A message that was taken, with its line of the ledger. */
export interface MailboxEntry {
  readonly entry: CallEntry;
  readonly shown: MailboxContent;
}

/** The last messages that were taken, for the page. Bounded by number and by bytes; the oldest go first. */
export interface Mailbox {
  add(entry: CallEntry, shown: MailboxContent | undefined): void;
  /** Newest first. */
  list(): readonly MailboxEntry[];
  /** By the ledger's `call_id`. */
  find(callId: string): MailboxEntry | undefined;
  /** Calls the listener for each later message, until the returned function is called. */
  watch(listener: (received: MailboxEntry) => void): () => void;
  clear(): void;
}

const bounds = { messages: 500, bytes: 16 * 1024 * 1024 };

export function createMailbox(): Mailbox {
  const kept = new Map<string, MailboxEntry>();
  const listeners = new Set<(received: MailboxEntry) => void>();
  let bytes = 0;

  const trim = (): void => {
    for (const [id, { entry }] of kept) {
      if (kept.size <= bounds.messages && bytes <= bounds.bytes) return;
      kept.delete(id);
      bytes -= entry.body_bytes;
    }
  };

  return {
    add(entry, shown) {
      if (shown === undefined) return;
      const received = { entry, shown };
      kept.set(entry.call_id, received);
      bytes += entry.body_bytes;
      trim();
      for (const listener of listeners) listener(received);
    },
    list: () => [...kept.values()].toReversed(),
    find: (callId) => kept.get(callId),
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    clear() {
      kept.clear();
      bytes = 0;
    },
  };
}
