import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { InRecord } from "#shared/contracts/log-record.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Codec } from "#shared/platform/avro/codec.ts";
import { codeOf } from "#shared/platform/errors/app-error.ts";

type Rejection = Extract<Outcome, { readonly kind: "deadLetter" }>;

/** What came of a record's bytes. */
export type DecodeResult =
  | { readonly kind: "good"; readonly received: DecodedRecord<unknown> }
  | { readonly kind: "bad"; readonly rejection: Rejection }
  /** The schema id is not known yet: ask the registry, then decode again. */
  | { readonly kind: "learn"; readonly schemaId: number };

/** One record to decode; `bytesMax` bounds its value, bytes. */
export interface DecodeRequest {
  readonly codec: Codec;
  /** Topic without prefix. */
  readonly topic: TopicName;
  readonly record: InRecord;
  /** Whether a null value is a tombstone and welcome. */
  readonly tombstones: boolean;
  readonly bytesMax: number;
}

/** Decodes one record, or says why it never will be. Throws only what is a fault of ours. */
export function decodeRecord({ codec, topic, record, tombstones, bytesMax }: DecodeRequest): DecodeResult {
  const { value } = record;
  if (value === null) {
    return tombstones ? good(topic, record, null) : bad("The value is null, which on this topic says nothing");
  }
  if (value.length > bytesMax) {
    const message = `The value has ${value.length} bytes; the limit is ${bytesMax}`;
    return { kind: "bad", rejection: { kind: "deadLetter", reason: "COMMS_PAYLOAD_TOO_LARGE", message } };
  }
  try {
    return good(topic, record, codec.decode(topic, value));
  } catch (error) {
    if (codeOf(error) === "COMMS_POISON") return bad((error as Error).message);
    if (hasSchemaId(error)) return { kind: "learn", schemaId: error.schemaId };
    throw error;
  }
}

/** The rejection of a record that cannot be decoded. */
export function poison(message: string): Rejection {
  return { kind: "deadLetter", reason: "COMMS_POISON", message };
}

function good(topic: TopicName, origin: InRecord, value: unknown): DecodeResult {
  return { kind: "good", received: { value, origin, topic } };
}

function bad(message: string): DecodeResult {
  return { kind: "bad", rejection: poison(message) };
}

function hasSchemaId(error: unknown): error is { readonly schemaId: number } {
  return typeof error === "object" && error !== null && "schemaId" in error && typeof error.schemaId === "number";
}
