import type { AttemptBatch } from "#shared/contracts/records.ts";
import type { Instant } from "../time/instant.ts";
import type { NextCall } from "./ledger-entry.ts";

/** What is known of a message whose earlier calls ended with an unknown result. */
export interface EarlierDoubt {
  /** When the first of these calls began. */
  readonly since: Instant;
  /** How many of them ended with their process. */
  readonly crashes: number;
}

/** One call that its sender has announced on the log: it may have begun. */
export interface LoggedCall extends NextCall {
  readonly msgId: string;
  /** The owner of the claim that the call was announced under. */
  readonly owner: string;
  readonly doubt?: EarlierDoubt | undefined;
  readonly recordedAt: Instant;
}

/** A call by its message and the owner of its claim. */
export type CallRef = Pick<LoggedCall, "msgId" | "owner">;

/** Calls that are announced or withdrawn together. */
export interface AnnouncedCalls {
  readonly calls: readonly Omit<LoggedCall, "recordedAt">[];
  /** Calls that were announced and not made. */
  readonly withdrawn: readonly CallRef[];
}

/** Which batch of which sender this is, and when it is written. */
export type BatchHead = Pick<AttemptBatch, "sender" | "number" | "recorded_at">;

/** The record of these calls. Each owner must begin with the sender's name. */
export function attemptBatch(head: BatchHead, { calls, withdrawn }: AnnouncedCalls): AttemptBatch {
  return {
    ...head,
    calls: calls.map(({ msgId, owner, attempt, reopens, doubt }) => ({
      msg_id: msgId,
      claim: claimOf(head, owner),
      attempt,
      in_doubt_since: doubt?.since ?? null,
      crashes: doubt?.crashes ?? 0,
      reopens: reopens ?? null,
    })),
    withdrawn: withdrawn.map(({ msgId, owner }) => ({ msg_id: msgId, claim: claimOf(head, owner) })),
  };
}

/** The calls that a batch announces. */
export function loggedCallsOf({ sender, recorded_at, calls }: AttemptBatch): readonly LoggedCall[] {
  return calls.map(({ msg_id, claim, attempt, in_doubt_since: since, crashes, reopens }) => ({
    msgId: msg_id,
    owner: sender + claim,
    attempt,
    reopens,
    doubt: since === null ? undefined : { since, crashes },
    recordedAt: recorded_at,
  }));
}

/** The calls that a batch withdraws. */
export function withdrawnCallsOf({ sender, withdrawn }: AttemptBatch): readonly CallRef[] {
  return withdrawn.map(({ msg_id, claim }) => ({ msgId: msg_id, owner: sender + claim }));
}

function claimOf({ sender }: BatchHead, owner: string): string {
  if (!owner.startsWith(sender)) throw new RangeError(`The owner ${owner} is not a claim of the sender ${sender}`);
  return owner.slice(sender.length);
}
