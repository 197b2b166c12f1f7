import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { InRecord, Position } from "#shared/contracts/log-record.ts";
import { topicContracts } from "#shared/contracts/topic-contract.ts";
import { isCompactedTopic, type TopicName } from "#shared/contracts/topics.ts";
import { compactedIssue, type PlacesOfKey } from "#shared/domain/message/compacted-record.ts";
import type { Codec } from "#shared/platform/avro/codec.ts";
import { UnknownSchemaId } from "#shared/platform/avro/undecodable.ts";
import { codeOf } from "#shared/platform/errors/app-error.ts";
import { askKeyPlaces } from "#shared/platform/kafka/key-places.ts";
import { partitionOfKey } from "#shared/platform/kafka/partitioner.ts";
import type { Log } from "#shared/platform/kafka/port.ts";

/** The clients that read topics to their ends. */
export interface TopicReader {
  readonly log: Log;
  readonly codec: Codec;
  /** The prefix of every topic's name. */
  readonly prefix: string;
}

const recordsPerBatchMax = 500;

/** What is read of the topics. */
export interface ReadRange {
  readonly signal?: AbortSignal;
  /** Where partitions begin, topics with prefix; left out, at the first record. */
  readonly from?: readonly Position[];
}

/**
 * Every record of the topics, or those from the given positions on, up to the ends captured at the call, decoded, in batches of one partition in offset order.
 * Leaves out a value that cannot be decoded, and a record of a compacted topic whose key or place is wrong: the consumer of
 * the same topic writes it to the dead letters.
 */
export async function* readDecoded(
  { log, codec, prefix }: TopicReader,
  topics: readonly TopicName[],
  { signal, from }: ReadRange = {},
): AsyncIterable<readonly DecodedRecord<unknown>[]> {
  const whole = topics.map((topic) => `${prefix}${topic}`);
  const placesOf = await knownPlaces({ log, prefix }, topics.filter(isCompactedTopic));
  for await (const run of log.readToEnd(whole, signal, from)) {
    for (let start = 0; start < run.length; start += recordsPerBatchMax) {
      const decoded = await decodeAll(codec, prefix, run.slice(start, start + recordsPerBatchMax));
      yield decoded.filter((record) => compactedIssue(record, placesOf) === undefined);
    }
  }
}

/**
 * Beside its own place, a key may lie where the contract's number of partitions puts it: a topic that has grown in place
 * still holds there what was applied before, and a suppression must not vanish with a rebuild.
 */
async function knownPlaces(
  parts: Pick<TopicReader, "log" | "prefix">,
  topics: readonly TopicName[],
): Promise<PlacesOfKey> {
  const placesOf = await askKeyPlaces(parts, topics);
  const counts = new Map<string, number>(topicContracts().map(({ topic, partitions }) => [topic, partitions]));
  return (topic, key) => [...placesOf(topic, key), partitionOfKey(key, counts.get(topic) ?? 1)];
}

async function decodeAll(
  codec: Codec,
  prefix: string,
  run: readonly InRecord[],
): Promise<readonly DecodedRecord<unknown>[]> {
  const decoded: DecodedRecord<unknown>[] = [];
  for (const origin of run) {
    const topic = origin.topic.slice(prefix.length) as TopicName;
    const value = await decodeOne(codec, topic, origin.value);
    if (value !== undefined) decoded.push({ value, origin, topic });
  }
  return decoded;
}

/** The value, null for a tombstone, undefined if it cannot be decoded. */
async function decodeOne(codec: Codec, topic: TopicName, bytes: Buffer | null): Promise<unknown> {
  if (bytes === null) return null;
  try {
    return codec.decode(topic, bytes);
  } catch (error) {
    if (!(error instanceof UnknownSchemaId)) return skipPoison(error);
    return codec
      .learn(error.schemaId)
      .then(() => codec.decode(topic, bytes))
      .catch(skipPoison);
  }
}

function skipPoison(error: unknown): undefined {
  if (codeOf(error) !== "COMMS_POISON") throw error;
}
