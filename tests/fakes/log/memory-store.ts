import type { InRecord, OutRecord, Position, TopicPartition, TopicSpec } from "#shared/contracts/log-record.ts";
import { unknownTopic } from "#shared/platform/kafka/failure.ts";
import { toBytes } from "#shared/platform/kafka/partitioner.ts";
import { batchBytesMax } from "#shared/platform/kafka/record-size.ts";

interface Partition extends TopicPartition {
  records: InRecord[];
  high: number;
}

interface Topic {
  readonly partitions: readonly Partition[];
  readonly bytesMax: number;
}

/** The records of the in-memory log. Every call throws `KAFKA_UNKNOWN_TOPIC` for what does not exist. */
export interface MemoryStore {
  create(spec: TopicSpec): boolean;
  partitionsOf(topic: string): readonly TopicPartition[];
  /** The largest record that the topic takes, bytes. */
  bytesMax(topic: string): number;
  append(at: TopicPartition, record: OutRecord, timestamp: number): Position;
  /** At most `limit` records from the offset on. */
  read(from: Position, limit: number): readonly InRecord[];
  bounds(at: TopicPartition): { readonly low: number; readonly high: number };
  /** Keeps the last record of each key, as the cleaner would; drops tombstones too. Offsets stay as they are. */
  compact(topic: string): void;
  /** Drops the records below the offset, as retention would. */
  truncate(position: Position): void;
}

/** With `autoPartitions` a topic comes into being, with so many, when it is first named. */
export function createMemoryStore(autoPartitions?: number): MemoryStore {
  const topics = new Map<string, Topic>();

  function create(spec: TopicSpec): boolean {
    if (topics.has(spec.topic)) return false;
    topics.set(spec.topic, newTopic(spec));
    return true;
  }

  function find(topic: string): Topic {
    if (autoPartitions !== undefined) create({ topic, partitions: autoPartitions, config: {} });
    const found = topics.get(topic);
    if (found === undefined) throw unknownTopic(topic);
    return found;
  }

  function partition(at: TopicPartition): Partition {
    const found = find(at.topic).partitions[at.partition];
    if (found === undefined) throw unknownTopic(`${at.topic}/${at.partition}`);
    return found;
  }

  return {
    create,
    partitionsOf: (topic) => find(topic).partitions.map((each) => ({ topic, partition: each.partition })),
    bytesMax: (topic) => find(topic).bytesMax,
    append: (at, record, timestamp) => append(partition(at), record, timestamp),
    read: (from, limit) => {
      const { records } = partition(from);
      const start = indexOfOffset(records, from.offset);
      return records.slice(start, start + limit);
    },
    bounds: (at) => {
      const { records, high } = partition(at);
      return { low: records[0]?.offset ?? high, high };
    },
    compact: (topic) => {
      for (const each of find(topic).partitions) each.records = lastOfEachKey(each.records);
    },
    truncate: (position) => {
      const each = partition(position);
      each.records = each.records.filter((record) => record.offset >= position.offset);
    },
  };
}

function newTopic({ topic, partitions, config }: TopicSpec): Topic {
  return {
    partitions: Array.from({ length: partitions }, (_, partition) => ({ topic, partition, records: [], high: 0 })),
    bytesMax: Number(config["max.message.bytes"] ?? batchBytesMax),
  };
}

function append(to: Partition, record: OutRecord, timestamp: number): Position {
  const position = { topic: to.topic, partition: to.partition, offset: to.high++ };
  const key = record.key === null ? null : toBytes(record.key);
  to.records.push({ ...position, key, value: record.value, headers: record.headers ?? {}, timestamp });
  return position;
}

/** Where the first record at or past the offset stands; a compacted partition has gaps. */
function indexOfOffset(records: readonly InRecord[], offset: number): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((records[middle]?.offset ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function lastOfEachKey(records: readonly InRecord[]): InRecord[] {
  const last = new Map(records.map((record) => [record.key?.toString("latin1"), record.offset]));
  return records.filter(
    (record) => record.value !== null && last.get(record.key?.toString("latin1")) === record.offset,
  );
}
