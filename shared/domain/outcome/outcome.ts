import type { Output } from "#shared/contracts/output.ts";
import type { Reason } from "../message/reason.ts";

/**
 * What became of one record. Plain data; the shell acts on it. Outputs are written and acknowledged before the record's
 * offset may be committed, whatever the kind.
 */
export type Outcome =
  /** Done, with these outputs. */
  | { readonly kind: "emit"; readonly outputs: readonly Output[] }
  /** A rule said no. */
  | { readonly kind: "drop"; readonly reason: Reason; readonly outputs: readonly Output[] }
  /** Later: the outputs hold the schedule item. */
  | { readonly kind: "defer"; readonly reason: Reason; readonly outputs: readonly Output[] }
  /** The record itself is unusable: to the dead-letter topic with its bytes. Counts for the fuse. */
  | { readonly kind: "deadLetter"; readonly reason: Reason; readonly message: string };
