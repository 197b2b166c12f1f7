import type { RecordTypes } from "#shared/avro/records.ts";
import type { Instant } from "#shared/clock/clock.ts";
import type { Headers, InRecord } from "#shared/kafka/port.ts";
import type { TopicName } from "#shared/kafka/topics.ts";
import type { Reason } from "#shared/message/reason.ts";

/** A decoded record, with where it lay. */
export interface Received<In> {
  readonly value: In;
  readonly origin: InRecord;
  /** Topic without prefix. */
  readonly topic: TopicName;
}

/** One record to write: the topic's contract fixes the schema, so `value` must be of that record type. */
export type Output =
  | {
      [Topic in TopicName]: {
        readonly topic: Topic;
        readonly key: string;
        readonly value: TopicRecord<Topic> | null;
        readonly headers?: Headers;
      };
    }[TopicName]
  | RawOutput;

/** Bytes that were encoded before, for the scheduler, which gives back what it was handed. */
export interface RawOutput {
  readonly topic: string;
  readonly key: string;
  readonly raw: Buffer;
  readonly headers?: Headers;
}

type TopicRecord<Topic extends TopicName> = RecordTypes[import("#shared/kafka/topics.ts").TopicRecordName<Topic>];

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
  | { readonly kind: "reject"; readonly reason: Reason; readonly message: string };

/**
 * Decides, record by record. `gather` makes one trip for a whole batch; `decide` is pure; what it returns is either an
 * outcome or an effect that `perform` carries out (a provider call).
 *
 * The shell calls `gather` and `perform` again after trouble, and both again after a crash: they must be idempotent by
 * the ids in the record. Records of one key come one after another; of different keys at once.
 */
export interface StageProcessor<In = unknown, Facts = unknown, Effect = never> {
  readonly kind: "stage";
  readonly name: string;
  /** Topics without prefix, most urgent first. */
  readonly inputs: readonly TopicName[];
  /** One entry for each record of the batch, in its order. May throw `Trouble`. */
  gather(batch: readonly Received<In>[], now: Instant): Promise<readonly Facts[]>;
  decide(
    record: Received<In>,
    facts: Facts,
    now: Instant,
  ): Outcome | { readonly kind: "perform"; readonly effect: Effect };
  /** Never hold a database connection over it. May throw `Trouble`. */
  perform?(effect: Effect, record: Received<In>, signal: AbortSignal): Promise<Outcome>;
}

/** Applies whole batches to a store: the materializer, the projector, the scheduler's intake. */
export interface SinkProcessor<In = unknown> {
  readonly kind: "sink";
  /** Whether somebody waits for what it writes; else it lets records come together before it fetches. */
  readonly prompt?: boolean;
  readonly name: string;
  readonly inputs: readonly TopicName[];
  /** Applies all or throws `Trouble`; idempotent by offset or id. One outcome for each record, in order. */
  apply(batch: readonly Received<In | null>[], now: Instant): Promise<readonly Outcome[]>;
}

/** Work that no record triggers: a dispatcher that looks for what is due. One iteration; returns how long to wait, ms. */
export interface Job {
  readonly name: string;
  run(now: Instant, emit: (outputs: readonly Output[]) => Promise<void>, signal: AbortSignal): Promise<number>;
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
