import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { InRecord } from "#shared/contracts/log-record.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import type { Codec } from "#shared/platform/avro/codec.ts";
import { UnknownSchemaId } from "#shared/platform/avro/undecodable.ts";
import { codeOf } from "#shared/platform/errors/app-error.ts";
import type { Log } from "#shared/platform/kafka/port.ts";

/** The clients that read topics to their ends. */
export interface TopicReader {
  readonly log: Log;
  readonly codec: Codec;
  /** The prefix of every topic's name. */
  readonly prefix: string;
}

const recordsPerBatchMax = 500;

/**
 * Every record of the topics up to the ends captured at the call, decoded, in batches of one partition in offset order.
 * Leaves out a value that cannot be decoded: the consumer of the same topic writes it to the dead letters.
 */
export async function* readDecoded(
  { log, codec, prefix }: TopicReader,
  topics: readonly TopicName[],
  signal?: AbortSignal,
): AsyncIterable<readonly DecodedRecord<unknown>[]> {
  const whole = topics.map((topic) => `${prefix}${topic}`);
  for await (const run of log.readToEnd(whole, signal)) {
    for (let start = 0; start < run.length; start += recordsPerBatchMax) {
      yield await decodeAll(codec, prefix, run.slice(start, start + recordsPerBatchMax));
    }
  }
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
