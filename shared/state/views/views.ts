import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Cancellation, Suppression } from "#shared/contracts/records.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import type { CauseRef } from "#shared/domain/message/record-keys.ts";
import type { Flags } from "#shared/domain/policy/flags.ts";
import type { AddressRef, Person, PersonRef } from "#shared/domain/recipient/person.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/** What a read saw, and its age: how long ago the materializer was at the end of the topics, ms, by the clock of Redis. */
export interface Aged<T> {
  readonly value: T;
  readonly ageMs: number;
}

/** What may stop messages of some causes. */
export interface Stops {
  /** One for each cause, in order; null where there is none. */
  readonly cancellations: readonly (Cancellation | null)[];
  readonly flags: Flags;
}

/**
 * The views of the compacted topics in Redis, read in batches: each call is one pipelined trip. Every call throws the
 * retryable `AppError` `COMMS_STATE_STALE` if a view that it needs has lost its marker (Redis was wiped, was never filled, or
 * has come back from a snapshot), or is too old for anything, and `REDIS_UNAVAILABLE` (retryable) if Redis does not answer.
 * The caller decides by `ageMs` what is too old for what is not critical.
 */
export interface Views {
  persons(refs: readonly PersonRef[]): Promise<Aged<readonly Person[]>>;
  /** Every entry for each address; all of them bind. */
  suppressions(refs: readonly AddressRef[]): Promise<Aged<readonly (readonly Suppression[])[]>>;
  /** What stops messages: the cancellation of each cause, and the flags that people set. */
  stops(refs: readonly CauseRef[]): Promise<Aged<Stops>>;
  flags(): Promise<Aged<Flags>>;
}

/**
 * A state in Redis that the log can rebuild: a view, the ledger, the dedupe window. The materializer restores it from the
 * first record if its marker is missing, and keeps it up to date from its topics unless its writers do.
 */
export interface RebuildableState {
  readonly name: string;
  readonly topics: readonly TopicName[];
  /**
   * Writes the records, fenced by partition and offset where a later one must win; the same records again change
   * nothing. A null value is a tombstone. Throws a retryable `AppError` in an outage, and if another server than `server`
   * answers; left out, any may. Writes how far it came into `applied`, beside the data.
   */
  apply(records: readonly DecodedRecord<unknown>[], now: Instant, server?: string): Promise<void>;
  /**
   * Whether those who write its topics write the state themselves, before their records or right after the log holds them. Then
   * nothing reads the topics for it while one server stays; another server is brought up to the ends of its topics first.
   */
  readonly isWrittenAhead?: boolean;
  /** Whether its readers ask how old it is. */
  readonly hasAge?: boolean;
  /** How long it may not be trusted after a wipe, ms: as long as a provider call that the wipe removed may last. */
  readonly quarantineMs: number;
  /**
   * Topics, without prefix, whose records lead to entries that a wipe may remove. While all of them are empty there is
   * nothing to wait for, as at the very first start. Left out: always wait.
   */
  readonly quarantineFor?: readonly TopicName[];
}
