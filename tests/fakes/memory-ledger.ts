import { type LedgerEntry, stateOf } from "#shared/domain/delivery/ledger-entry.ts";
import {
  claimEntry,
  confirmEntry,
  reconcileEntry,
  recordCall,
  releaseEntry,
} from "#shared/domain/delivery/ledger-rules.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { hotWindowMs, type Ledger, leaseMs } from "#shared/state/ledger/ledger.ts";

/** The ledger in memory, for tests and the seeded simulator. `wipe` acts as `FLUSHALL`; `restored` sets the marker. */
export interface MemoryLedger extends Ledger {
  wipe(): void;
  restored(): void;
}

/** Ready from the start. Entries never expire. */
export function createMemoryLedger(): MemoryLedger {
  const entries = new Map<string, LedgerEntry>();
  let isReady = true;

  function checkReady(): void {
    if (!isReady)
      throw new AppError("COMMS_STATE_STALE", "The ledger has lost its memory and is not restored yet", {
        retryable: true,
      });
  }
  function put(msgId: string, entry: LedgerEntry | undefined): boolean {
    if (entry) entries.set(msgId, entry);
    return entry !== undefined;
  }

  return {
    peek: async (messages, now) => {
      checkReady();
      return messages.map(({ msgId, ...call }) => stateOf(entries.get(msgId), call, now));
    },
    claim: async (request) => {
      checkReady();
      const entry = entries.get(request.msgId);
      const next = claimEntry(entry, request);
      const state = stateOf(entry, request, request.now);
      if (!next && state.kind !== "free") return state;
      put(request.msgId, next);
      return { kind: "claimed", ambiguous: next?.doubt === true, attempt: next?.attempt ?? request.attempt };
    },
    confirm: async ({ msgId, owner }, now) => {
      checkReady();
      return put(msgId, confirmEntry(entries.get(msgId), { owner, leaseMs, now }));
    },
    record: async ({ msgId, owner }, record, now) => put(msgId, recordCall(entries.get(msgId), record, { owner, now })),
    release: async ({ msgId, owner }, now) => {
      const next = releaseEntry(entries.get(msgId), { owner, now });
      if (next === "delete") entries.delete(msgId);
      else put(msgId, next);
    },
    reconcile: async (results, now) => {
      for (const result of results)
        if (result.recordedAt + hotWindowMs > now) put(result.msgId, reconcileEntry(entries.get(result.msgId), result));
    },
    wipe: () => {
      entries.clear();
      isReady = false;
    },
    restored: () => {
      isReady = true;
    },
  };
}
