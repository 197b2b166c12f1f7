import type { Headers, InRecord } from "#shared/contracts/log-record.ts";
import { hasCloudEventHeaders, hasOneStage } from "#shared/contracts/topics.ts";
import { deriveId } from "#shared/domain/message/id.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { sha256 } from "#shared/platform/crypto/digest.ts";

const specVersion = Buffer.from("1.0");
const contentType = Buffer.from("application/avro");

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
 * The headers of a record we write: its id and the trace context. A topic that others read carries all of CloudEvents' binary
 * mode; on the others the contract says the rest, and `ce_source` is there only where several may have written the record.
 */
export function envelope(of: Envelope): Headers {
  const { stage, topic, key, now, trace } = of;
  const id = Buffer.from(idOf(of), "latin1");
  if (!hasCloudEventHeaders(topic)) {
    return hasOneStage(topic) ? { ce_id: id, ...trace } : { ce_id: id, ce_source: sourceOf(stage), ...trace };
  }
  return {
    ce_specversion: specVersion,
    "content-type": contentType,
    ce_id: id,
    ce_source: sourceOf(stage),
    ce_type: memo(types, topic, topic),
    ce_subject: Buffer.from(key),
    ce_time: Buffer.from(new Date(now).toISOString(), "latin1"),
    ...trace,
  };
}

/**
 * Derived from the record that led to this one, so the second writing of the same output carries the same id; of what a job
 * writes, from the value and the time: one person may be due two records in one millisecond.
 */
function idOf({ topic, key, value, now, cause }: Envelope): string {
  if (cause === undefined) return deriveId("record", topic, key, now, value === null ? "" : sha256(value));
  const { record, index } = cause;
  return deriveId("record", record.topic, record.partition, record.offset, index);
}

function sourceOf(stage: string): Buffer {
  return memo(sources, stage, `/carillon/${stage}`);
}

function memo(known: Map<string, Buffer>, name: string, text: string): Buffer {
  const bytes = known.get(name) ?? Buffer.from(text);
  known.set(name, bytes);
  return bytes;
}
