import type { Suppression } from "#shared/contracts/records.ts";
import type { Person } from "../recipient/person.ts";
import type { Instant } from "../time/instant.ts";
import type { LedgerState } from "./ledger-entry.ts";

/** What a person has said of being written to, as it is now. */
export type RecipientPreferences = Pick<Person, "profile" | "preference" | "consents">;

/** A target as it stands now, with what is known against it. */
export interface AddressedTarget {
  readonly address: string;
  /** Empty where addresses belong to the person. */
  readonly deviceId: string;
  readonly hash: string;
  readonly suppressions: readonly Suppression[];
}

/** What a sender knows of one record when it decides. */
export interface SendFacts {
  readonly ledger: LedgerState;
  /**
   * Whether `comms_message` says that it was sent; asked for what the ledger does not know, as it may have forgotten it.
   * `unknown`: the table could not be asked.
   */
  readonly archived: boolean | "unknown";
  readonly preferences: RecipientPreferences;
  readonly to: readonly AddressedTarget[] | "none" | "invalid";
  /** As of when the views speak. */
  readonly viewsAsOf: Instant;
}
