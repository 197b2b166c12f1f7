import type { CallRef, EarlierDoubt, LoggedCall } from "#shared/domain/delivery/attempt-batch.ts";
import type { LedgerState, NextCall } from "#shared/domain/delivery/ledger-entry.ts";
import type { BeginRequest, CallRecord, LoggedResult } from "#shared/domain/delivery/ledger-rules.ts";
import type { BudgetRequest } from "#shared/domain/delivery/rate-budget.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/**
 * How long the ledger remembers, ms: four days, one more than the send topics keep a record, so that it cannot have
 * forgotten anything that is still on them. Older messages are looked up in `comms_message` (`sent-archive.ts`). In
 * Redis 7.0 a million messages take 182 MB once the log holds their reports (measured, key and expiry included), and
 * 475 MB until then, which is seconds.
 */
export const hotWindowMs = 4 * 24 * 3_600_000;

/** How long a claim binds others, ms: two provider calls at their deadline. */
export const leaseMs = 10_000;

/** Deadline of one provider call, ms. */
export const callDeadlineMs = 5_000;

/** One claim: the message, and the owner that claimed it: one try of one running process, never used again, without a `|`. */
export type ClaimRef = CallRef;

/** The answer to a claim: the message belongs to the caller, or the state that it is in. */
export type ClaimResult =
  /**
   * The caller's. `doubt`: the result of an earlier call is unknown, so this call may be the second. `attempt`: the
   * number of this call; higher than requested if calls were made that the record does not know of. `waitMs`: as `confirm`
   * has it.
   */
  | {
      readonly kind: "claimed";
      readonly doubt?: EarlierDoubt | undefined;
      readonly attempt: number;
      readonly waitMs: number;
    }
  | Exclude<LedgerState, { readonly kind: "free" }>;

/**
 * Says who sends which message, so that it is not sent twice (DED-03, KV-07). One entry a `msg_id`. All calls are
 * idempotent. Every call may throw the retryable `AppError` `REDIS_UNAVAILABLE`; `peek`, `begin` and `confirm` throw
 * `COMMS_STATE_STALE` (retryable) while the ledger has lost its memory.
 */
export interface Ledger {
  /** The state of each message, in the order given, in one trip. A claim may still be refused a moment later. */
  peek(messages: readonly ({ readonly msgId: string } & NextCall)[], now: Instant): Promise<readonly LedgerState[]>;
  /**
   * Takes the message for `leaseMs` and, where the budget of the account lets its calls through at once, takes these from the
   * budget and confirms the claim, all in one step. The same owner may begin again: it is given the same answer, and the
   * budget is taken from once.
   */
  begin(request: BeginRequest): Promise<ClaimResult>;
  /**
   * Confirms a claim whose budget had nothing, as `begin` does, and renews its lease. 0: confirmed; bytes may go out, and from
   * here on a lease that runs out leaves the message ambiguous. Over 0: nothing is taken or confirmed; ask again after so many
   * ms. Undefined: the caller has lost the claim and must not call.
   */
  confirm(claim: ClaimRef, budget: BudgetRequest, now: Instant): Promise<number | undefined>;
  /** Writes the result of the call. False if the owner had lost the claim; *sent* is written even then. */
  record(claim: ClaimRef, record: CallRecord, now: Instant): Promise<boolean>;
  /** Gives the claim back. Only allowed while no bytes of this claim's call have gone out. */
  release(claim: ClaimRef, now: Instant): Promise<void>;
  /** Writes the results that the log holds. Never overwrites anything newer. */
  reconcile(results: readonly LoggedResult[], now: Instant): Promise<void>;
  /** Writes the calls that the log announces, as calls whose process died in them. Never overwrites anything newer. */
  restoreCalls(calls: readonly LoggedCall[], now: Instant): Promise<void>;
}
