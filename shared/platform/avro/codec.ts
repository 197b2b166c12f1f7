import avsc from "avsc";
import { schemaOfTopic } from "#shared/contracts/schema-files.ts";
import { hasForeignWriters, type TopicName, topicRecords } from "#shared/contracts/topics.ts";
import { type Clock, systemClock } from "../clock/clock.ts";
import { AppError } from "../errors/app-error.ts";
import { headBytes, schemaIdOf } from "./framing.ts";
import { writeRecord } from "./record-writer.ts";
import { type Registry, subjectOf } from "./registry.ts";
import { createReleasedSchemas } from "./released-schemas.ts";
import { createSchemaCache, type SchemaCache } from "./schema-cache.ts";
import { UndecodableError, UnknownSchemaId } from "./undecodable.ts";

/** Records to bytes and back, framed as Confluent's clients frame them. Encoding and decoding make no request. */
export interface Codec {
  /**
   * Looks up the ids of these topics' schemas. Await it before the first `encode` or `decode`. Registers nothing.
   * Rejects with `SCHEMA_NOT_REGISTERED` (not retryable) or `REGISTRY_UNAVAILABLE` (retryable).
   */
  warm(topics: readonly TopicName[]): Promise<void>;
  /**
   * A framed value. Fields with a default may be left out. A lone surrogate in a string becomes U+FFFD, because UTF-8 has
   * no form for it. Throws `COMMS_UNENCODABLE` with the paths of the fields that do not fit.
   */
  encode(topic: TopicName, value: object): Buffer;
  /**
   * The record in a framed value, in the shape of the current schema, from any version that wrote it. On a topic that clients
   * of others write, the version must be a released one. Throws `UndecodableError` (`COMMS_POISON`; stage `foreign-schema` for a
   * version that is not released), or `UnknownSchemaId` for an id that has to be learnt. Bytes fields are copies.
   */
  decode(topic: TopicName, bytes: Buffer): unknown;
  /**
   * Fetches the schema of an id that `decode` did not know, and whether it is released; calls at the same time share one request. Rejects with
   * `COMMS_POISON` if the registry has no such id, `REGISTRY_UNAVAILABLE` (retryable) if it does not answer.
   */
  learn(schemaId: number): Promise<void>;
}

/** The registry of a codec, and the names of its subjects. */
export interface CodecOptions {
  readonly registry: Registry;
  /** The prefix of every topic's name; empty for none. */
  readonly prefix: string;
  /** By which refusals age. Default the system's. */
  readonly clock?: Clock;
  /** Called for each value that is refused because its schema is not released, with the topic. Must not throw. */
  readonly onForeign?: (topic: TopicName) => void;
}

interface Contract {
  readonly type: avsc.Type;
  readonly schemaId: number;
}

/** The codec of one process: synchronous once warm, every type and resolver built once. */
export function createCodec({ registry, prefix, clock = systemClock, onForeign }: CodecOptions): Codec {
  const contracts = new Map<TopicName, Contract>();
  const types = new Map<string, avsc.Type>();
  const cache = createSchemaCache({ registry, clock, released: createReleasedSchemas({ registry, prefix }) });

  /** One type a record: a resolver only serves the type object that it was built for. */
  const typeOf = (record: string, schema: string): avsc.Type => {
    const type = types.get(record) ?? avsc.Type.forSchema(JSON.parse(schema), { omitRecordMethods: true });
    types.set(record, type);
    return type;
  };

  const warmOne = async (topic: TopicName): Promise<void> => {
    const schema = schemaOfTopic(topic);
    const schemaId = await registry.lookup(subjectOf(prefix, topic), schema);
    if (schemaId === undefined) throw notRegistered(prefix, topic);
    cache.add(schemaId, schema);
    contracts.set(topic, { type: typeOf(topicRecords[topic], schema), schemaId });
  };

  const contractOf = (topic: TopicName): Contract => {
    const contract = contracts.get(topic);
    if (contract === undefined) throw new Error(`The codec was not warmed for ${topic}`);
    return contract;
  };

  return {
    warm: async (topics) => void (await Promise.all(topics.map(warmOne))),
    learn: (schemaId) => cache.learn(schemaId),
    encode: (topic, value) => {
      const { type, schemaId } = contractOf(topic);
      return writeRecord(type, schemaId, value);
    },
    decode: (topic, bytes) => {
      const { type } = contractOf(topic);
      const schemaId = schemaIdOf(bytes);
      const writer = knownWriter(cache, topic, schemaId);
      if (writer === undefined) throw new UnknownSchemaId(schemaId);
      if (hasForeignWriters(topic) && writer.released() !== true) {
        onForeign?.(topic);
        throw new UndecodableError("foreign-schema", foreignText(topic, schemaId, writer.fingerprint));
      }
      const resolver = writer.resolverFor(topicRecords[topic], type);
      writer.check(bytes, headBytes);
      return read(type, bytes, resolver);
    },
  };
}

/** The writer of an id; undefined if it has to be learnt, for the first time or again. */
function knownWriter(cache: SchemaCache, topic: TopicName, schemaId: number) {
  const writer = cache.get(schemaId);
  return hasForeignWriters(topic) && writer?.released() === "stale" ? undefined : writer;
}

function foreignText(topic: TopicName, schemaId: number, fingerprint: string): string {
  return `The schema with the id ${schemaId} (fingerprint ${fingerprint}) is no released version of ${topicRecords[topic]}: write with a version that 'comms prepare' has registered, and register none`;
}

function read(type: avsc.Type, bytes: Buffer, resolver: avsc.Resolver | undefined): unknown {
  const body = bytes.subarray(headBytes);
  try {
    return resolver === undefined ? type.fromBuffer(body) : type.fromBuffer(body, resolver);
  } catch {
    throw new UndecodableError("malformed", "The body passes its check and is still not readable");
  }
}

function notRegistered(prefix: string, topic: TopicName): AppError {
  return new AppError(
    "SCHEMA_NOT_REGISTERED",
    `The registry does not have the current schema of ${topic} under ${subjectOf(prefix, topic)}; run 'comms prepare' first, or see that the URL is that of the registry's API`,
    { retryable: false },
  );
}
