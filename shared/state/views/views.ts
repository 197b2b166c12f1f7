import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Flag, Suppression } from "#shared/contracts/records.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import type { AddressRef, Person, PersonRef } from "#shared/domain/recipient/person.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/** What a read saw, and as of when: the instant at which the materializer last stood at the end of the topics. */
export interface AsOf<T> {
  readonly value: T;
  readonly asOf: Instant;
}

/**
 * The views of the compacted topics in Redis, read in batches: each call is one pipelined trip. Every call throws the
 * retryable `Trouble` `COMMS_STATE_STALE` when a view that it needs has lost its marker (Redis was wiped, or was never
 * filled), and `REDIS_UNAVAILABLE` (retryable) when Redis does not answer. What is older than a bound is the caller's
 * to judge, by `asOf`.
 */
export interface Views {
  persons(refs: readonly PersonRef[]): Promise<AsOf<readonly Person[]>>;
  /** Every entry for each address; their union binds. */
  suppressions(refs: readonly AddressRef[]): Promise<AsOf<readonly (readonly Suppression[])[]>>;
  flags(): Promise<AsOf<ReadonlyMap<string, Flag>>>;
}

/**
 * Something in Redis that the log can make again: a view, the ledger, the dedupe window. The materializer keeps each of
 * them up to date from its topics and restores it from the first record when its marker is gone.
 */
export interface RebuildableState {
  readonly name: string;
  readonly topics: readonly TopicName[];
  /**
   * Writes what the records say, fenced by partition and offset where a later one must win; the same records again
   * change nothing. A null value is a tombstone. Throws retryable `Trouble`.
   */
  apply(records: readonly DecodedRecord<unknown>[], now: Instant): Promise<void>;
  /** How long after a wipe it may not be trusted, ms: as long as a provider call that the wipe made forgotten may last. */
  readonly quarantineMs: number;
  /**
   * Topics, without prefix, whose records lead to what a wipe may make forgotten. While they are all empty there is
   * nothing to wait for, as on the very first start. Left out: always wait.
   */
  readonly quarantineFor?: readonly TopicName[];
}
