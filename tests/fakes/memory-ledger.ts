import { type LedgerEntry, stateOf } from "#shared/domain/delivery/ledger-entry.ts";
import {
  beginCall,
  confirmCall,
  doubtOf,
  type OwnedClaim,
  reconcileEntry,
  recordCall,
  releaseEntry,
  restoreCall,
  type StoredClaim,
} from "#shared/domain/delivery/ledger-rules.ts";
import type { Bucket, BudgetRequest } from "#shared/domain/delivery/rate-budget.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { type ClaimResult, hotWindowMs, type Ledger, leaseMs } from "#shared/state/ledger/ledger.ts";

/** The ledger in memory, for tests and the seeded simulator. `wipe` acts as `FLUSHALL`; `restored` sets the marker. */
export interface MemoryLedger extends Ledger {
  wipe(): void;
  restored(): void;
}

/** Ready from the start. Entries never expire. The buckets of all accounts lie in it, as they do in Redis. */
export function createMemoryLedger(): MemoryLedger {
  const entries = new Map<string, LedgerEntry>();
  const buckets = new Map<string, Bucket>();
  let isReady = true;

  function checkReady(): void {
    if (!isReady) throw stateStale();
  }
  function put(msgId: string, entry: LedgerEntry | undefined): boolean {
    if (entry) entries.set(msgId, entry);
    return entry !== undefined;
  }

  function storedOf(msgId: string, { account }: BudgetRequest): StoredClaim {
    return { entry: entries.get(msgId), bucket: buckets.get(account) };
  }
  function putOwned(
    { msgId, budget }: { readonly msgId: string; readonly budget: BudgetRequest },
    claim: OwnedClaim | undefined,
  ): OwnedClaim | undefined {
    put(msgId, claim?.entry);
    if (claim?.bucket) buckets.set(budget.account, claim.bucket);
    return claim;
  }

  return {
    peek: async (messages, now) => {
      checkReady();
      return messages.map(({ msgId, ...call }) => stateOf(entries.get(msgId), call, now));
    },
    begin: async (request) => {
      checkReady();
      const stored = storedOf(request.msgId, request.budget);
      const claim = putOwned(request, beginCall(stored, request));
      if (claim) return claimedAs(claim);
      const state = stateOf(stored.entry, request, request.now);
      if (state.kind === "free") throw new Error("The rules refused a free entry");
      return state;
    },
    confirm: async ({ msgId, owner }, budget, now) => {
      checkReady();
      const claim = confirmCall(storedOf(msgId, budget), { owner, budget, leaseMs, now });
      return putOwned({ msgId, budget }, claim)?.waitMs;
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
    restoreCalls: async (calls, now) => {
      for (const call of calls)
        if (call.recordedAt + hotWindowMs > now) put(call.msgId, restoreCall(entries.get(call.msgId), call));
    },
    wipe: () => {
      entries.clear();
      buckets.clear();
      isReady = false;
    },
    restored: () => {
      isReady = true;
    },
  };
}

function claimedAs({ entry, waitMs }: OwnedClaim): ClaimResult {
  return { kind: "claimed", doubt: doubtOf(entry), attempt: entry.attempt, waitMs };
}

function stateStale(): AppError {
  return new AppError("COMMS_STATE_STALE", "The ledger has lost its memory and is not restored yet", {
    retryable: true,
  });
}
