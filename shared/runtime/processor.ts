import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import type { Job } from "#shared/domain/outcome/job.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/**
 * Decides, record by record. `gather` makes one trip for a whole batch; `decide` is pure; what it returns is either an
 * outcome or an effect that `perform` carries out (a provider call).
 *
 * The shell calls `gather` and `perform` again after a retryable error, and both again after a crash: they must be idempotent by
 * the ids in the record. Records of one key come one after another; of different keys at once.
 */
export interface StageProcessor<In = unknown, Facts = unknown, Effect = never> {
  readonly kind: "stage";
  readonly name: string;
  /** Topics without prefix, the highest priority first. */
  readonly inputs: readonly TopicName[];
  /** How long its outputs may wait to be written with others, ms. Default 0; only for what nobody waits for. */
  readonly lingerMs?: number;
  /** One entry for each record of the batch, in its order. May throw a retryable `AppError`. */
  gather(batch: readonly DecodedRecord<In>[], now: Instant): Promise<readonly Facts[]>;
  decide(
    record: DecodedRecord<In>,
    facts: Facts,
    now: Instant,
  ): Outcome | { readonly kind: "perform"; readonly effect: Effect };
  /**
   * The outcome of a record whose writer's schema is no released version; pure. `message` names the schema. Left out, such a
   * record is a dead letter.
   */
  rejectForeign?(record: ForeignOrigin, message: string, now: Instant): Outcome;
  /**
   * Called when the log holds the outputs of these outcomes, before their records are done; again after a retryable error, and
   * with the same outcomes after a crash. For what a state must know of them. May throw a retryable `AppError`.
   */
  afterWrite?(outcomes: readonly Outcome[], now: Instant): Promise<void>;
  /** Never hold a database connection over it. May throw a retryable `AppError`. */
  perform?(effect: Effect, record: DecodedRecord<In>, signal: AbortSignal): Promise<Outcome>;
}

/** A record that was not decoded; the topic is without prefix. */
export type ForeignOrigin = Pick<DecodedRecord<unknown>, "origin" | "topic">;

/** Applies whole batches to a store: the materializer, the projector, the scheduler's intake. */
export interface SinkProcessor<In = unknown> {
  readonly kind: "sink";
  readonly name: string;
  readonly inputs: readonly TopicName[];
  /** Applies all or throws a retryable `AppError`; idempotent by offset or id. One outcome for each record, in order. */
  apply(batch: readonly DecodedRecord<In | null>[], now: Instant): Promise<readonly Outcome[]>;
}

/** A processor whose types the shell does not know; each is typed where it is written. */
// oxlint-disable-next-line typescript/no-explicit-any -- no other type takes them all
export type AnyProcessor = StageProcessor<any, any, any> | SinkProcessor<any>;

/** What the shell runs, as `main.ts` of a processor puts it together. */
export interface Runnable {
  readonly processor: AnyProcessor;
  readonly jobs?: readonly Job[];
  /** Resolves once what the processor reads from memory is there (templates). Awaited before the first record. */
  readonly ready?: () => Promise<void>;
  readonly close?: () => Promise<void>;
}
