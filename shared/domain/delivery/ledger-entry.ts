import type { Instant } from "../time/instant.ts";

/**
 * What the ledger knows of one message. Redis stores the states as these letters:
 * `C` claimed, no bytes have gone out · `K` the call is under way (or was, if the lease has expired) · `R` refused for
 * now, a later attempt may claim · `S` the provider took it · `F` failed for good · `D` dropped in doubt.
 */
export interface LedgerEntry {
  readonly state: "C" | "K" | "R" | "S" | "F" | "D";
  /** The number of the call: the record's attempt, or more if calls ended with an unknown result and left no later record. */
  readonly attempt: number;
  /** End of the claim, for `C` and `K`; 0 otherwise. */
  readonly leaseUntil: Instant;
  /** When the first call with an unknown result began; 0 if there is none. */
  readonly since: Instant;
  /** Whether an earlier call ended with an unknown result. */
  readonly doubt: boolean;
  /** How many of the earlier calls ended with their process, before it had written anything of them. */
  readonly crashes: number;
  readonly owner: string;
  /**
   * The sender's report as JSON, until the log is known to hold it; then empty. Of a claim that reopens a sent message, the
   * number of the call that was sent.
   */
  readonly note: string;
}

/** The call that a sender would make. */
export interface NextCall {
  /** 1 for the first. */
  readonly attempt: number;
  /** The call that the provider took and then reported as not delivered for now; absent or null for none. */
  readonly reopens?: number | null;
}

/** What the ledger reports for a message that a sender looked up or could not claim. */
export type LedgerState =
  | { readonly kind: "free" }
  /** Another sender holds the claim until then. */
  | { readonly kind: "held"; readonly owner: string; readonly until: Instant }
  /**
   * A call began at `since` and its result is unknown; `calls` have been made, that one included, and the processes of
   * `crashes` died in them.
   */
  | {
      readonly kind: "ambiguous";
      readonly owner: string;
      readonly since: Instant;
      readonly calls: number;
      readonly crashes: number;
    }
  /** This attempt was refused for now; the note holds the due time of the next. */
  | { readonly kind: "retrying"; readonly attempt: number; readonly note: string }
  /** Finished. An empty note: the log holds the report. Otherwise the note is the report, which the log may lack. */
  | { readonly kind: "sent" | "failed" | "dropped"; readonly attempt: number; readonly note: string };

const finished = { S: "sent", F: "failed", D: "dropped" } as const;

/**
 * Reads `state|attempt|lease|since|doubt|owner|note` as `ledger.lua` writes it. Zeros are left out, so that a finished
 * entry takes a few bytes; `doubt` is one more than the crashes, or empty. Undefined for any other text.
 */
export function decodeEntry(text: string): LedgerEntry | undefined {
  const match = /^([CKRSFD])\|(\d+)\|(\d*)\|(\d*)\|(\d*)\|([^|]*)\|(.*)$/s.exec(text);
  if (!match) return undefined;
  const [, state, attempt, leaseUntil, since, doubt, owner = "", note = ""] = match;
  return {
    state: state as LedgerEntry["state"],
    attempt: Number(attempt),
    leaseUntil: Number(leaseUntil),
    since: Number(since),
    doubt: doubt !== "",
    crashes: Math.max(0, Number(doubt) - 1),
    owner,
    note,
  };
}

/**
 * The state of an entry for a sender that would make this call now. A call whose result never came here has ended if a later
 * one is ordered: what follows is ordered once the result is known, and a call in doubt says so on its order.
 */
export function stateOf(entry: LedgerEntry | undefined, call: NextCall, now: Instant): LedgerState {
  const { attempt } = call;
  if (!entry || isReopened(entry, call)) return { kind: "free" };
  const { state, owner, leaseUntil, note } = entry;
  if (state === "R")
    return attempt > entry.attempt ? { kind: "free" } : { kind: "retrying", attempt: entry.attempt, note };
  if (state !== "C" && state !== "K") return { kind: finished[state], attempt: entry.attempt, note };
  if (leaseUntil > now) return { kind: "held", owner, until: leaseUntil };
  if (!entry.doubt && (state === "C" || attempt > entry.attempt)) return { kind: "free" };
  return { kind: "ambiguous", owner, since: entry.since, calls: callsMade(entry), crashes: crashesIn(entry) };
}

/** Whether the message is sent, and the call that sent it is the one that the provider has reported as not delivered. */
export function isReopened({ state, attempt }: LedgerEntry, { reopens }: NextCall): boolean {
  return state === "S" && reopens != null && attempt <= reopens;
}

/** How many calls a claimed or calling entry has made; a claim that is not confirmed has not made its own yet. */
export function callsMade({ state, attempt }: LedgerEntry): number {
  return state === "K" ? attempt : attempt - 1;
}

/** Whether the owner has recorded the result of its call. The note of a claim that reopens is a number, a report is JSON. */
export function isReported({ note }: Pick<LedgerEntry, "note">): boolean {
  return !/^\d*$/.test(note);
}

/**
 * How many calls of an entry whose lease has run out ended with their process. One that ended with an unknown result left a
 * report, and a claim that was given back has no owner: neither is a crash.
 */
export function crashesIn(entry: LedgerEntry): number {
  const { state, owner, crashes } = entry;
  return crashes + (state === "K" && owner !== "" && !isReported(entry) ? 1 : 0);
}
