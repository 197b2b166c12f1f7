import type { Headers, InRecord } from "#shared/contracts/log-record.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

const fixed: Headers = {
  ce_specversion: Buffer.from("1.0"),
  "content-type": Buffer.from("application/avro"),
};

const sources = new Map<string, Buffer>();
const types = new Map<string, Buffer>();

/** What the headers of a record follow from. */
export interface Envelope {
  readonly stage: string;
  /** Topic written to, without prefix. */
  readonly topic: string;
  readonly key: string;
  /** The value as it is written; null for a tombstone. */
  readonly value: Buffer | null;
  readonly now: Instant;
  /** The record that led to this one, and which of its outputs this is. */
  readonly cause?: { readonly record: InRecord; readonly index: number };
  /** W3C trace context of the span that writes it. */
  readonly trace: Headers;
}

/**
 * CloudEvents binary-mode headers and the trace context of a record we write. `ce_id` is derived from the record that
 * led to this one, so the second writing of the same output carries the same id; of what a job writes, from the value and the
 * time: one person may be due two records in one millisecond.
 */
export function envelope({ stage, topic, key, value, now, cause, trace }: Envelope): Headers {
  const id = cause
    ? deriveId("record", cause.record.topic, cause.record.partition, cause.record.offset, cause.index)
    : deriveId("record", topic, key, now, value?.toString("base64") ?? "");
  return {
    ...fixed,
    ce_id: Buffer.from(id),
    ce_source: memo(sources, stage, `/carillon/${stage}`),
    ce_type: memo(types, topic, topic),
    ce_subject: Buffer.from(key),
    ce_time: Buffer.from(new Date(now).toISOString()),
    ...trace,
  };
}

function memo(known: Map<string, Buffer>, name: string, text: string): Buffer {
  const bytes = known.get(name) ?? Buffer.from(text);
  known.set(name, bytes);
  return bytes;
}
