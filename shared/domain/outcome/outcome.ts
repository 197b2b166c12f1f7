import type { Output } from "#shared/contracts/output.ts";
import type { Reason } from "../message/reason.ts";

/** Why a record may be unusable. */
export const deadLetterReasons = [
  "COMMS_POISON",
  "COMMS_PAYLOAD_TOO_LARGE",
  "COMMS_INVALID_EVENT",
] as const satisfies readonly Reason[];

/** One of `deadLetterReasons`. */
export type DeadLetterReason = (typeof deadLetterReasons)[number];

/**
 * The result of one record. It is plain data, and the shell acts on it. The outputs of every kind are written and
 * acknowledged before the record's offset may be committed.
 */
export type Outcome =
  /** Processed, with these outputs. */
  | { readonly kind: "emit"; readonly outputs: readonly Output[] }
  /** A rule dropped it. */
  | { readonly kind: "drop"; readonly reason: Reason; readonly outputs: readonly Output[] }
  /** Later: the outputs hold the schedule item. */
  | { readonly kind: "defer"; readonly reason: Reason; readonly outputs: readonly Output[] }
  /** The record itself is unusable: it goes to the dead-letter topic with its bytes and counts for the fuse. */
  | { readonly kind: "deadLetter"; readonly reason: DeadLetterReason; readonly message: string };
