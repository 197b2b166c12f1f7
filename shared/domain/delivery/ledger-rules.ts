import type { Instant } from "../time/instant.ts";
import { callsMade, type LedgerEntry, stateOf } from "./ledger-entry.ts";

/** One try to take a message. */
export interface ClaimRequest {
  readonly msgId: string;
  readonly owner: string;
  /** 1 for the first provider call. */
  readonly attempt: number;
  /** How long the claim binds others, ms; longer than a provider call may last. */
  readonly leaseMs: number;
  readonly now: Instant;
  /** Take the message although an earlier call of it ended unknown. */
  readonly resend: boolean;
}

/** What the owner learned of its call. `ambiguous`: nothing. */
export interface CallRecord {
  readonly state: "sent" | "failed" | "retry" | "ambiguous";
  readonly attempt: number;
  readonly note: string;
}

/** What the log says of a message. */
export interface LoggedResult {
  readonly msgId: string;
  readonly state: "sent" | "failed" | "dropped";
  readonly attempt: number;
  /** Whether the sender itself reported it, so that the sender's note is on the log. */
  readonly bySender: boolean;
  readonly recordedAt: Instant;
}

const letters = { sent: "S", failed: "F", dropped: "D", retry: "R" } as const;

/** The entry after a claim, or undefined where it is refused; `stateOf` says why. */
export function claimEntry(entry: LedgerEntry | undefined, request: ClaimRequest): LedgerEntry | undefined {
  const state = stateOf(entry, request.attempt, request.now);
  const mine = entry?.state === "C" && entry.owner === request.owner;
  if (state.kind !== "free" && !mine && !(state.kind === "ambiguous" && request.resend)) return undefined;
  const doubt = state.kind === "ambiguous" || entry?.doubt === true;
  return {
    state: "C",
    attempt: callOf(entry, request, doubt),
    leaseUntil: request.now + request.leaseMs,
    since: doubt ? (entry?.since ?? 0) : 0,
    doubt,
    owner: request.owner,
    note: "",
  };
}

/** After a call of which the end is unknown comes another one, also where its process died and left the record as it was. */
function callOf(entry: LedgerEntry | undefined, { attempt }: ClaimRequest, doubt: boolean): number {
  return entry && doubt && calling(entry) ? Math.max(attempt, callsMade(entry) + 1) : attempt;
}

/** The entry once bytes may go out (the same if asked twice, as a client does after a lost answer), or undefined where the claim is no longer the owner's. */
export function confirmEntry(
  entry: LedgerEntry | undefined,
  owner: string,
  leaseMs: number,
  now: Instant,
): LedgerEntry | undefined {
  if (!entry || !calling(entry) || entry.owner !== owner) return undefined;
  return { ...entry, state: "K", leaseUntil: now + leaseMs, since: entry.since || now };
}

/** The entry after the owner's report, or undefined where it may not write. That the provider took it is always written. */
export function recordCall(
  entry: LedgerEntry | undefined,
  owner: string,
  record: CallRecord,
  now: Instant,
): LedgerEntry | undefined {
  if (entry?.state === "S") return undefined;
  const mine = !entry || (calling(entry) && entry.owner === owner);
  if (!mine && record.state !== "sent") return undefined;
  const { attempt, note } = record;
  if (record.state === "ambiguous")
    return { state: "K", attempt, leaseUntil: now, since: entry?.since || now, doubt: true, owner, note };
  const doubt = record.state === "retry" && entry?.doubt === true;
  return {
    state: letters[record.state],
    attempt,
    leaseUntil: 0,
    since: doubt ? (entry?.since ?? 0) : 0,
    doubt,
    owner: "",
    note,
  };
}

/** The entry after the owner gave the claim back without having called: `delete`, or in doubt again; undefined where it was not its. */
export function releaseEntry(
  entry: LedgerEntry | undefined,
  owner: string,
  now: Instant,
): LedgerEntry | "delete" | undefined {
  if (!entry || !calling(entry) || entry.owner !== owner) return undefined;
  if (!entry.doubt) return "delete";
  // Nobody's from now on, so that giving it back twice takes off one call and not two.
  return { ...entry, state: "K", attempt: Math.max(1, entry.attempt - 1), leaseUntil: now, owner: "" };
}

/** The entry after the log has spoken, or undefined where what stands is newer or says more. */
export function reconcileEntry(entry: LedgerEntry | undefined, settlement: LoggedResult): LedgerEntry | undefined {
  if (entry && !yields(entry, settlement)) return undefined;
  const { attempt, state } = settlement;
  return { state: letters[state], attempt, leaseUntil: 0, since: 0, doubt: false, owner: "", note: "" };
}

function calling({ state }: LedgerEntry): boolean {
  return state === "C" || state === "K";
}

/** Sent stands above failed and dropped, these above everything of the same attempt or an earlier one. */
function yields(entry: LedgerEntry, { state, attempt, bySender }: LoggedResult): boolean {
  if (entry.state === "S") return state === "sent" && bySender && entry.note !== "";
  if (state === "sent") return true;
  return entry.attempt <= attempt;
}
