import type { Suppression } from "#shared/contracts/records.ts";
import type { CancelledCause } from "../cancellation/cancellation.ts";
import type { Flags } from "../policy/flags.ts";
import type { Person } from "../recipient/person.ts";
import type { LedgerState } from "./ledger-entry.ts";
import type { Target, Targets } from "./target.ts";

/** The records that say whether a person wants to be written to, as of now. */
export type RecipientPreferences = Pick<Person, "profile" | "preference" | "consents">;

/** A target as of now, with the suppressions of its address. */
export interface AddressedTarget extends Target {
  /** The address's hash under the current pepper; empty where a channel has no addresses. */
  readonly hash: string;
  readonly suppressions: readonly Suppression[];
}

/** The targets of a message, or why there are none, as in `Targets`. */
export type AddressedTargets = readonly AddressedTarget[] | Extract<Targets, string>;

/** What a sender knows of one record when it decides. */
export interface SendFacts {
  readonly ledger: LedgerState;
  /**
   * Whether `comms_message` has the message as sent. It is asked for messages that the ledger does not know, as the ledger
   * may have forgotten them. `unknown`: the table could not be asked. `forgotten`: neither could it, and the message is older
   * than all that the ledger remembers.
   */
  readonly archived: boolean | "unknown" | "forgotten";
  readonly preferences: RecipientPreferences;
  readonly to: AddressedTargets;
  /** The cancellation of the message's cause, whether it binds or not; null if there is none. */
  readonly cancellation: CancelledCause | null;
  readonly flags: Flags;
  /** The account that would send it: a pause of its provider binds. */
  readonly account: { readonly id: string; readonly provider: string };
  /** How old the views were when they were looked at, ms, by the clock of Redis. */
  readonly viewsAgeMs: number;
}
