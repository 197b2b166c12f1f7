import type { Headers, InRecord, OutRecord } from "#shared/contracts/log-record.ts";
import type { Output } from "#shared/contracts/output.ts";
import { writeSource } from "#shared/domain/books/source.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Codec } from "#shared/platform/avro/codec.ts";
import { recordSize } from "#shared/platform/kafka/record-size.ts";
import type { RecordSpan } from "#shared/platform/telemetry/tracing.ts";
import { recordIds } from "../records/record-ids.ts";
import { deadLetter } from "./dead-letter.ts";
import { type Envelope, envelope } from "./envelope.ts";

/** What an outbox writes with, and for which stage. */
export interface OutboxOptions {
  readonly codec: Codec;
  /** Put before every topic. */
  readonly prefix: string;
  readonly stage: string;
}

/** A record with its outcome. */
export interface CompletedRecord {
  readonly record: InRecord;
  /** Undefined where it could not be decoded. */
  readonly value: unknown;
  readonly outcome: Outcome;
  readonly span: Pick<RecordSpan, "headers" | "traceId">;
}

/** What an output comes of: the span that writes it, and the record that led to it, if one did. */
export interface OutputOrigin {
  readonly span: Pick<RecordSpan, "headers">;
  readonly cause?: NonNullable<Envelope["cause"]>;
}

/** Turns outcomes into what is written: outputs, framed and in their envelope, or the dead letter. */
export class Outbox {
  readonly #options: OutboxOptions;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /**
   * What these records leave on the log, in their order and in parts to be written one after the other: a part is closed
   * once it holds `bytesMax`, and encoded only when asked for, so that a batch in which everything fans out is never in
   * memory whole. No part is empty.
   */
  *parts(completed: readonly CompletedRecord[], now: Instant, bytesMax: number): Generator<readonly OutRecord[]> {
    let part: OutRecord[] = [];
    let bytes = 0;
    for (const one of completed) {
      for (const record of this.#recordsOf(one, now)) {
        part.push(record);
        bytes += recordSize(record);
        if (bytes < bytesMax) continue;
        yield part;
        part = [];
        bytes = 0;
      }
    }
    if (part.length > 0) yield part;
  }

  /** One output as it is written. */
  one(output: Output, now: Instant, { span, cause }: OutputOrigin): OutRecord {
    const { codec, prefix, stage } = this.#options;
    const { topic, key } = output;
    const value = encode(codec, output);
    const headers = envelope({ stage, topic, key, value, now, trace: span.headers, ...(cause ? { cause } : {}) });
    const source = cause === undefined ? {} : sourceOf(topic, cause.record, prefix);
    return { topic: prefix + topic, key, value, headers: { ...headers, ...source, ...output.headers } };
  }

  /** What a completed record leaves on the log. The same record again leaves the same but for times. */
  *#recordsOf({ record, value, outcome, span }: CompletedRecord, now: Instant): Generator<OutRecord> {
    const { prefix, stage } = this.#options;
    if (outcome.kind !== "deadLetter") {
      for (const [index, output] of outcome.outputs.entries())
        yield this.one(output, now, { span, cause: { record, index } });
      return;
    }
    const at = value === undefined ? "decode" : "decide";
    const ids = recordIds(record, value, span.traceId);
    const letter = deadLetter(record, { stage, reason: outcome.reason, message: outcome.message, at, now, ids });
    yield { ...letter, topic: prefix + letter.topic };
  }
}

function sourceOf(topic: string, { topic: from, partition, offset, headers }: InRecord, prefix: string): Headers {
  return writeSource(topic, { topic: from.slice(prefix.length), partition, offset }, headers);
}

function encode(codec: Codec, output: Output): Buffer | null {
  if ("raw" in output) return output.raw;
  return output.value === null ? null : codec.encode(output.topic, output.value);
}
