import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { InRecord } from "#shared/contracts/log-record.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Codec } from "#shared/platform/avro/codec.ts";
import { codeOf } from "#shared/platform/errors/app-error.ts";

/** The outcome of a record that goes to the dead-letter topic. */
export type DeadLetterOutcome = Extract<Outcome, { readonly kind: "deadLetter" }>;

/** A record with its decoded value. */
export interface DecodeSuccess {
  readonly kind: "decoded";
  readonly record: DecodedRecord<unknown>;
}

/** A record whose writer's schema is no released version, in a sentence that names it. The processor may reject it in its own way. */
export interface ForeignRecord {
  readonly kind: "foreign";
  readonly message: string;
}

/** What came of a record's bytes. With `learn` the schema id is not known yet: ask the registry, then decode again. */
export type DecodeResult =
  | DecodeSuccess
  | DeadLetterOutcome
  | ForeignRecord
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

/** Decodes one record, or says why that is impossible. Throws only programming errors. */
export function decodeRecord({ codec, topic, record, tombstones, bytesMax }: DecodeRequest): DecodeResult {
  const { value } = record;
  if (value === null) {
    return tombstones ? decoded(topic, record, null) : poison("The value is null, which on this topic says nothing");
  }
  if (value.length > bytesMax) {
    const message = `The value has ${value.length} bytes; the limit is ${bytesMax}`;
    return { kind: "deadLetter", reason: "COMMS_PAYLOAD_TOO_LARGE", message };
  }
  try {
    return decoded(topic, record, codec.decode(topic, value));
  } catch (error) {
    if (isForeign(error)) return { kind: "foreign", message: error.message };
    if (codeOf(error) === "COMMS_POISON") return poison((error as Error).message);
    if (hasSchemaId(error)) return { kind: "learn", schemaId: error.schemaId };
    throw error;
  }
}

/** The outcome of a record whose bytes or values cannot be used. */
export function poison(message: string): DeadLetterOutcome {
  return { kind: "deadLetter", reason: "COMMS_POISON", message };
}

function decoded(topic: TopicName, origin: InRecord, value: unknown): DecodeSuccess {
  return { kind: "decoded", record: { value, origin, topic } };
}

function isForeign(error: unknown): error is Error {
  return error instanceof Error && "stage" in error && error.stage === "foreign-schema";
}

function hasSchemaId(error: unknown): error is { readonly schemaId: number } {
  return typeof error === "object" && error !== null && "schemaId" in error && typeof error.schemaId === "number";
}
