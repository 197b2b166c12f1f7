import type { Instant } from "../time/instant.ts";

/**
 * What the ledger knows of one message. The letters are what lies in Redis:
 * `C` claimed, no bytes have gone out · `K` the call is under way (or was, when the lease has run out) · `R` refused for
 * now, a later attempt may claim · `S` the provider took it · `F` failed for good · `D` dropped in doubt.
 */
export interface LedgerEntry {
  readonly state: "C" | "K" | "R" | "S" | "F" | "D";
  /** Which call it is: the record's attempt, or more where calls of it ended unknown and left no later record. */
  readonly attempt: number;
  /** End of the claim, for `C` and `K`; 0 otherwise. */
  readonly leaseUntil: Instant;
  /** When the first call of which the end is unknown began; 0 when there is none. */
  readonly since: Instant;
  /** Whether some earlier call ended unknown. */
  readonly doubt: boolean;
  readonly owner: string;
  /** The sender's report as JSON, until the log is known to hold it; then empty. */
  readonly note: string;
}

/** What a sender is told of a message that it looked up or could not claim. */
export type LedgerState =
  | { readonly kind: "free" }
  /** Another flow of work holds it until then. */
  | { readonly kind: "held"; readonly owner: string; readonly until: Instant }
  /** A call began at `since` and its end is unknown; `calls` have been made, that one included. */
  | { readonly kind: "ambiguous"; readonly owner: string; readonly since: Instant; readonly calls: number }
  /** This attempt was refused for now; the note says when the next is due. */
  | { readonly kind: "retrying"; readonly attempt: number; readonly note: string }
  /** Over. An empty note: the log holds the report; else the note is the report, and may never have been written. */
  | { readonly kind: "sent" | "failed" | "dropped"; readonly attempt: number; readonly note: string };

const over = { S: "sent", F: "failed", D: "dropped" } as const;

/**
 * Reads `state|attempt|lease|since|doubt|owner|note` as `ledger.lua` writes it, where zeros are left out, so that a settled
 * entry is a few bytes. Undefined for anything else.
 */
export function decodeEntry(text: string): LedgerEntry | undefined {
  const match = /^([CKRSFD])\|(\d+)\|(\d*)\|(\d*)\|(1?)\|([^|]*)\|(.*)$/s.exec(text);
  if (!match) return undefined;
  const [, state, attempt, leaseUntil, since, doubt, owner = "", note = ""] = match;
  return {
    state: state as LedgerEntry["state"],
    attempt: Number(attempt),
    leaseUntil: Number(leaseUntil),
    since: Number(since),
    doubt: doubt === "1",
    owner,
    note,
  };
}

/** How an entry looks to somebody who would make `attempt` now. */
export function stateOf(entry: LedgerEntry | undefined, attempt: number, now: Instant): LedgerState {
  if (!entry) return { kind: "free" };
  const { state, owner, leaseUntil, note } = entry;
  if (state === "R")
    return attempt > entry.attempt ? { kind: "free" } : { kind: "retrying", attempt: entry.attempt, note };
  if (state !== "C" && state !== "K") return { kind: over[state], attempt: entry.attempt, note };
  if (leaseUntil > now) return { kind: "held", owner, until: leaseUntil };
  if (state !== "K" && !entry.doubt) return { kind: "free" };
  return { kind: "ambiguous", owner, since: entry.since, calls: callsMade(entry) };
}

/** How many calls an entry that is claimed or calling stands for: a claim alone has made none yet. */
export function callsMade({ state, attempt }: LedgerEntry): number {
  return state === "K" ? attempt : attempt - 1;
}
