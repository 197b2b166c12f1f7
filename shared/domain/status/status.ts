import type { Status } from "#shared/contracts/records.ts";

interface Place {
  /** Higher wins. */
  readonly rank: number;
  /** Whether the message has ended. A later report may refine the end and never reopens it. */
  readonly final: boolean;
  readonly meaning: string;
}

/**
 * The rank of every status (decision 5). Of two statuses of one message the higher wins in any order, so a late
 * `delivered` never overwrites `complained`. A message with a status that is not final is on its way. A provider's report
 * outranks our decision, because a message may be processed twice and be refused the second time.
 */
export const lattice: Readonly<Record<Status, Place>> = {
  UNKNOWN: { rank: 0, final: false, meaning: "Nothing is known" },
  SCHEDULED: { rank: 1, final: false, meaning: "Waits for its time" },
  QUEUED: { rank: 2, final: false, meaning: "Let through; on its way to the provider" },
  DIGESTED: { rank: 3, final: true, meaning: "Collected; its words go out in a digest" },
  CANCELLED: { rank: 4, final: true, meaning: "Cancelled by its producer before it was sent" },
  EXPIRED: { rank: 5, final: true, meaning: "Came too late to be of use" },
  DROPPED: { rank: 6, final: true, meaning: "A rule said no" },
  SUPPRESSED: { rank: 7, final: true, meaning: "The address is suppressed" },
  SENT: { rank: 8, final: true, meaning: "The provider has taken it" },
  FAILED: { rank: 9, final: true, meaning: "Given up, by us or by the provider" },
  DELIVERED: { rank: 10, final: true, meaning: "The provider says that it arrived" },
  BOUNCED: { rank: 11, final: true, meaning: "The provider says that it came back" },
  COMPLAINED: { rank: 12, final: true, meaning: "The person called it spam" },
};

/** The status of a message after both reports. Commutative, associative, idempotent; `UNKNOWN` adds nothing. */
export function merge(a: Status, b: Status): Status {
  return lattice[a].rank >= lattice[b].rank ? a : b;
}

/** Whether a message of this status has ended. `merge` never turns a final status into one that is not. */
export function isFinal(status: Status): boolean {
  return lattice[status].final;
}

/** The status as tables, labels and people write it: `delivered`. */
export function statusName(status: Status): string {
  return status.toLowerCase();
}
