import type { LedgerState } from "#shared/domain/delivery/ledger-entry.ts";
import type { CallRecord, ClaimRequest, LoggedResult } from "#shared/domain/delivery/ledger-rules.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/**
 * How long the ledger remembers, ms: four days, one more than the send topics keep a record, so that nothing that is
 * still on them can have been forgotten. What is older is looked up in `comms_message` (`sent-archive.ts`). In Redis 7.0
 * a million messages take 182 MB once the log holds their reports (measured, key and expiry included), and 475 MB until
 * then, which is seconds.
 */
export const hotWindowMs = 4 * 24 * 3_600_000;

/** How long a claim binds others, ms: two provider calls at their deadline. */
export const leaseMs = 10_000;

/** Deadline of one provider call, ms. */
export const callDeadlineMs = 5_000;

/** What came of a claim: the message is ours, or how it stands with another. */
export type Claim =
  /**
   * Ours. `ambiguous`: an earlier call ended unknown, so this one may be the second. `attempt`: which call it is; more
   * than was asked for where the record does not know of calls that were made.
   */
  | { readonly kind: "claimed"; readonly ambiguous: boolean; readonly attempt: number }
  | Exclude<LedgerState, { readonly kind: "free" }>;

/**
 * Who sends which message, so that nobody sends it twice (DED-03, KV-07). One entry a `msg_id`. Every call may throw the
 * retryable `Trouble` `REDIS_UNAVAILABLE`; `peek`, `claim` and `confirm` throw `COMMS_STATE_STALE` (retryable) while the
 * ledger has lost its memory. An
 * owner is one try of one running process, never used for another claim, and holds no `|`. All calls are idempotent.
 */
export interface Ledger {
  /** What stands, for each in its order, in one trip. A claim may still be refused a moment later. */
  peek(
    messages: readonly { readonly msgId: string; readonly attempt: number }[],
    now: Instant,
  ): Promise<readonly LedgerState[]>;
  /** Takes the message for `leaseMs`. The same owner may claim again. */
  claim(request: ClaimRequest): Promise<Claim>;
  /**
   * To be asked right before the bytes go out: true where the claim is still the owner's, and then the lease runs anew.
   * From here on a lease that runs out leaves the message ambiguous. False: do not call.
   */
  confirm(msgId: string, owner: string, now: Instant): Promise<boolean>;
  /** Writes how the call ended. False where the owner had lost the claim; *sent* is written even then. */
  record(msgId: string, owner: string, record: CallRecord, now: Instant): Promise<boolean>;
  /** Gives the claim back. Only where no bytes of this claim's call went out. */
  release(msgId: string, owner: string, now: Instant): Promise<void>;
  /** Writes what the log says; never over something newer. */
  reconcile(settlements: readonly LoggedResult[], now: Instant): Promise<void>;
}
