import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Flag, Suppression } from "#shared/contracts/records.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import type { AddressRef, Person, PersonRef } from "#shared/domain/recipient/person.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/** What a read saw, and as of when: the instant at which the materializer last was at the end of the topics. */
export interface AsOf<T> {
  readonly value: T;
  readonly asOf: Instant;
}

/**
 * The views of the compacted topics in Redis, read in batches: each call is one pipelined trip. Every call throws the
 * retryable `AppError` `COMMS_STATE_STALE` if a view that it needs has lost its marker (Redis was wiped, or was never
 * filled), and `REDIS_UNAVAILABLE` (retryable) if Redis does not answer. The caller decides by `asOf` what is too old.
 */
export interface Views {
  persons(refs: readonly PersonRef[]): Promise<AsOf<readonly Person[]>>;
  /** Every entry for each address; all of them bind. */
  suppressions(refs: readonly AddressRef[]): Promise<AsOf<readonly (readonly Suppression[])[]>>;
  flags(): Promise<AsOf<ReadonlyMap<string, Flag>>>;
}

/**
 * A state in Redis that the log can rebuild: a view, the ledger, the dedupe window. The materializer keeps it up to date
 * from its topics, and restores it from the first record if its marker is missing.
 */
export interface RebuildableState {
  readonly name: string;
  readonly topics: readonly TopicName[];
  /**
   * Writes the records, fenced by partition and offset where a later one must win; the same records again change
   * nothing. A null value is a tombstone. Throws a retryable `AppError` in an outage.
   */
  apply(records: readonly DecodedRecord<unknown>[], now: Instant): Promise<void>;
  /** How long it may not be trusted after a wipe, ms: as long as a provider call that the wipe removed may last. */
  readonly quarantineMs: number;
  /**
   * Topics, without prefix, whose records lead to entries that a wipe may remove. While all of them are empty there is
   * nothing to wait for, as at the very first start. Left out: always wait.
   */
  readonly quarantineFor?: readonly TopicName[];
}
