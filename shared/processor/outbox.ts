import type { Codec } from "#shared/avro/codec.ts";
import type { Instant } from "#shared/clock/clock.ts";
import type { InRecord, OutRecord } from "#shared/kafka/port.ts";
import type { RecordSpan } from "#shared/telemetry/tracing.ts";
import { deadLetter } from "./dead-letter.ts";
import { envelope } from "./envelope.ts";
import type { Outcome, Output } from "./processor.ts";

/** What an outbox writes with, and in whose name. */
export interface OutboxOptions {
  readonly codec: Codec;
  /** Put before every topic. */
  readonly prefix: string;
  readonly stage: string;
}

/** A record with what became of it. */
export interface Ended {
  readonly record: InRecord;
  /** Undefined where it could not be decoded. */
  readonly value: unknown;
  readonly outcome: Outcome;
  readonly span: Pick<RecordSpan, "headers">;
}

/** Turns outcomes into what is written: outputs, framed and in their envelope, or the dead letter. */
export class Outbox {
  readonly #options: OutboxOptions;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** What a record that has ended leaves on the log. The same record again leaves the same but for times. */
  of({ record, value, outcome, span }: Ended, now: Instant): readonly OutRecord[] {
    const { prefix, stage } = this.#options;
    if (outcome.kind !== "reject") {
      return outcome.outputs.map((output, index) => this.one(output, now, span, { record, index }));
    }
    const at = value === undefined ? "decode" : "decide";
    const letter = deadLetter(record, { stage, reason: outcome.reason, message: outcome.message, at, now });
    return [{ ...letter, topic: prefix + letter.topic }];
  }

  /** One output; `cause` is left out where no record led to it. */
  one(output: Output, now: Instant, span: Ended["span"], cause?: { record: InRecord; index: number }): OutRecord {
    const { codec, prefix, stage } = this.#options;
    const { topic, key } = output;
    const headers = envelope({ stage, topic, key, now, trace: span.headers, ...(cause ? { cause } : {}) });
    const value = encoded(codec, output);
    return { topic: prefix + topic, key, value, headers: { ...headers, ...output.headers } };
  }
}

function encoded(codec: Codec, output: Output): Buffer | null {
  if ("raw" in output) return output.raw;
  return output.value === null ? null : codec.encode(output.topic, output.value);
}
