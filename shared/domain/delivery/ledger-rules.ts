import type { Instant } from "../time/instant.ts";
import type { EarlierDoubt, LoggedCall } from "./attempt-batch.ts";
import { callsMade, isReopened, isReported, type LedgerEntry, type NextCall, stateOf } from "./ledger-entry.ts";
import { type Bucket, type BudgetRequest, takeFrom } from "./rate-budget.ts";

/**
 * Calls of one message whose processes may die in them: after the second nobody calls again, so that a process that dies of
 * the message itself does not send it without end. A third call needs a reason, and a crash is none.
 */
export const crashesMax = 2;

/** One attempt to claim a message. */
export interface ClaimRequest extends NextCall {
  readonly msgId: string;
  readonly owner: string;
  /** How long the claim keeps others out, ms; longer than a provider call may last. */
  readonly leaseMs: number;
  readonly now: Instant;
  /** Claim the message although an earlier call of it ended with an unknown result; not after `crashesMax` crashes. */
  readonly resend: boolean;
}

/** One attempt to claim a message and to confirm the claim at once. */
export interface BeginRequest extends ClaimRequest {
  /** What the calls of the message take from the rate of their account. */
  readonly budget: BudgetRequest;
}

/** One attempt to confirm a claim that waited for its budget. */
export interface ConfirmRequest extends ClaimOwner, Pick<BeginRequest, "leaseMs" | "budget"> {}

/** What is stored of a message and of its account's budget. */
export interface StoredClaim {
  readonly entry: LedgerEntry | undefined;
  /** Undefined: the bucket is full. */
  readonly bucket: Bucket | undefined;
}

/** A claim that its owner has, and what it leaves of the budget. */
export interface OwnedClaim extends StoredClaim {
  readonly entry: LedgerEntry;
  /** 0: the claim is confirmed, and bytes may go out. Otherwise nothing is taken, and it is to be confirmed after so long. */
  readonly waitMs: number;
}

/** The result of a call, as its owner records it. `ambiguous`: the result is unknown. */
export interface CallRecord {
  readonly state: "sent" | "failed" | "retry" | "ambiguous";
  readonly attempt: number;
  readonly note: string;
}

/** The result of a message, as the log holds it. */
export interface LoggedResult {
  readonly msgId: string;
  readonly state: "sent" | "failed" | "dropped";
  readonly attempt: number;
  /** Whether the sender itself reported it, so that the sender's note is on the log. */
  readonly bySender: boolean;
  readonly recordedAt: Instant;
}

/** The owner of a claim that asks for a change, and when. */
export interface ClaimOwner {
  readonly owner: string;
  readonly now: Instant;
}

const letters = { sent: "S", failed: "F", dropped: "D", retry: "R" } as const;

/** The entry after a claim, or undefined if the claim is refused; `stateOf` says why. */
function claimEntry(entry: LedgerEntry | undefined, request: ClaimRequest): LedgerEntry | undefined {
  const state = stateOf(entry, request, request.now);
  const mine = entry?.state === "C" && entry.owner === request.owner;
  const mayResend = state.kind === "ambiguous" && request.resend && state.crashes < crashesMax;
  if (state.kind !== "free" && !mine && !mayResend) return undefined;
  const doubt = state.kind === "ambiguous" || entry?.doubt === true;
  return {
    state: "C",
    attempt: callOf(entry, request, doubt),
    leaseUntil: request.now + request.leaseMs,
    since: doubt ? (entry?.since ?? 0) : 0,
    doubt,
    crashes: state.kind === "ambiguous" ? state.crashes : (entry?.crashes ?? 0),
    owner: request.owner,
    note: noteOfClaim(entry, { request, mine }),
  };
}

/** A claim that reopens a sent message keeps which call was sent, so that a release does not forget it. */
function noteOfClaim(
  entry: LedgerEntry | undefined,
  { request, mine }: { readonly request: ClaimRequest; readonly mine: boolean },
): string {
  if (!entry) return "";
  return isReopened(entry, request) ? String(entry.attempt) : mine ? entry.note : "";
}

/** A call with an unknown result is followed by a new one, even if its process died and left the record as it was. */
function callOf(entry: LedgerEntry | undefined, { attempt }: ClaimRequest, doubt: boolean): number {
  return entry && doubt && isClaimed(entry) ? Math.max(attempt, callsMade(entry) + 1) : attempt;
}

/**
 * Claims the message and, where the budget lets its calls through, confirms the claim; undefined if the claim is refused. An
 * owner that asks again, as after a lost answer, is given the same answer, and the budget is taken from once.
 */
export function beginCall({ entry, bucket }: StoredClaim, request: BeginRequest): OwnedClaim | undefined {
  const claimed = isUnderWay(entry, request.owner) ? entry : claimEntry(entry, request);
  return claimed && confirmWithin({ entry: claimed, bucket }, request);
}

/**
 * Confirms a claim if the budget lets its calls through by now, and renews its lease; undefined if the owner has lost the
 * claim. A second confirmation gives the same answer and takes nothing: a client asks again after a lost answer.
 */
export function confirmCall({ entry, bucket }: StoredClaim, request: ConfirmRequest): OwnedClaim | undefined {
  if (!isOwned(entry, request.owner) || (entry.state === "K" && isReported(entry))) return undefined;
  return confirmWithin({ entry, bucket }, request);
}

function confirmWithin(
  { entry, bucket }: StoredClaim & Pick<OwnedClaim, "entry">,
  { budget, now, leaseMs }: ConfirmRequest,
): OwnedClaim {
  const renewed = { ...entry, leaseUntil: now + leaseMs };
  if (entry.state === "K") return { entry: renewed, bucket, waitMs: 0 };
  const taken = takeFrom(bucket, budget.limits, { ...budget, now });
  if (taken.waitMs > 0) return { entry: renewed, ...taken };
  return { entry: { ...renewed, state: "K", since: entry.since || now }, ...taken };
}

/** The entry after the owner's record, or undefined if the owner may not write. A `sent` is always written. */
export function recordCall(
  entry: LedgerEntry | undefined,
  record: CallRecord,
  { owner, now }: ClaimOwner,
): LedgerEntry | undefined {
  if (entry?.state === "S") return undefined;
  if (entry && !isOwned(entry, owner) && record.state !== "sent") return undefined;
  const { attempt, note } = record;
  const head = { attempt, note, crashes: entry?.crashes ?? 0 };
  if (record.state === "ambiguous")
    return { ...head, state: "K", leaseUntil: now, since: entry?.since || now, doubt: true, owner };
  const doubt = record.state === "retry" && entry?.doubt === true;
  return {
    ...head,
    state: letters[record.state],
    leaseUntil: 0,
    since: doubt ? (entry?.since ?? 0) : 0,
    doubt,
    crashes: doubt ? head.crashes : 0,
    owner: "",
  };
}

/**
 * The entry after the owner gave its claim back without a call: `delete`, or in doubt as before; undefined if the owner
 * does not hold the claim.
 */
export function releaseEntry(
  entry: LedgerEntry | undefined,
  { owner, now }: ClaimOwner,
): LedgerEntry | "delete" | undefined {
  if (!isOwned(entry, owner)) return undefined;
  if (!entry.doubt) return entry.note === "" ? "delete" : sentEntry(Number(entry.note));
  // The entry loses its owner, so that a second release does not take off a second call.
  return { ...entry, state: "K", attempt: Math.max(1, entry.attempt - 1), leaseUntil: now, owner: "" };
}

/** The entry that the logged result gives, or undefined if the present entry is newer or says more. */
export function reconcileEntry(entry: LedgerEntry | undefined, logged: LoggedResult): LedgerEntry | undefined {
  if (entry && !yieldsTo(entry, logged)) return undefined;
  return { ...sentEntry(logged.attempt), state: letters[logged.state] };
}

/**
 * The entry after a call that the log announces, or undefined if the present entry says as much: it is of this call or a later
 * one, or the message is over. The call counts as one whose process died in it, until a result says otherwise. Its lease ended when it
 * was announced, so that nobody may restore a call that may still be under way; of two with the same number the later one counts, as
 * the other was not made.
 */
export function restoreCall(entry: LedgerEntry | undefined, call: LoggedCall): LedgerEntry | undefined {
  const { attempt, owner, doubt, recordedAt, reopens } = call;
  if (entry && !isReopened(entry, call) && !precedes(entry, call)) return undefined;
  const since = doubt?.since ?? recordedAt;
  const note = reopens == null ? "" : String(reopens);
  return {
    state: "K",
    attempt,
    leaseUntil: recordedAt,
    since,
    doubt: doubt !== undefined,
    crashes: doubt?.crashes ?? 0,
    owner,
    note,
  };
}

/** Whether the entry is of an earlier call that another may follow, or of one with the same number that was given back. */
function precedes(entry: LedgerEntry, { attempt, recordedAt }: LoggedCall): boolean {
  if (attempt > entry.attempt) return isClaimed(entry) || entry.state === "R";
  return attempt === entry.attempt && entry.state === "K" && !isReported(entry) && entry.leaseUntil < recordedAt;
}

/** What a claim knows of earlier calls of its message whose result is unknown; undefined for none. */
export function doubtOf({ doubt, since, crashes }: LedgerEntry): EarlierDoubt | undefined {
  return doubt ? { since, crashes } : undefined;
}

function sentEntry(attempt: number): LedgerEntry {
  return { state: "S", attempt, leaseUntil: 0, since: 0, doubt: false, crashes: 0, owner: "", note: "" };
}

function isClaimed({ state }: LedgerEntry): boolean {
  return state === "C" || state === "K";
}

function isOwned(entry: LedgerEntry | undefined, owner: string): entry is LedgerEntry {
  return entry !== undefined && isClaimed(entry) && entry.owner === owner;
}

/** Whether the owner's call is confirmed and has no result yet. */
function isUnderWay(entry: LedgerEntry | undefined, owner: string): entry is LedgerEntry {
  return isOwned(entry, owner) && entry.state === "K" && !isReported(entry);
}

/** Whether the entry is a claim that reopens this sent call, or a later one: that it was sent is known, and ends nothing. */
function isReopenedIn(entry: LedgerEntry, attempt: number): boolean {
  return isClaimed(entry) && !isReported(entry) && attempt <= Number(entry.note);
}

/**
 * Sent outranks failed and dropped; these outrank every state of the same attempt or an earlier one. What a provider says
 * late of an earlier call does not end the next one.
 */
function yieldsTo(entry: LedgerEntry, { state, attempt, bySender }: LoggedResult): boolean {
  if (entry.state === "S") return state === "sent" && bySender && (entry.note !== "" || attempt > entry.attempt);
  if (state === "sent" && attempt > 0 && isReopenedIn(entry, attempt)) return false;
  if (state === "sent") return bySender || attempt === 0 || !isClaimed(entry) || attempt >= entry.attempt;
  return entry.attempt <= attempt;
}
