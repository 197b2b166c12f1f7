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
export class MemoryStore {
  readonly #autoPartitions: number | undefined;
  readonly #topics = new Map<string, Topic>();

  /** With `autoPartitions` a topic comes into being, with so many, when it is first named. */
  constructor(autoPartitions?: number) {
    this.#autoPartitions = autoPartitions;
  }

  /** False if the topic exists already. */
  create(spec: TopicSpec): boolean {
    if (this.#topics.has(spec.topic)) return false;
    this.#topics.set(spec.topic, newTopic(spec));
    return true;
  }

  /** The names of all topics. */
  names(): readonly string[] {
    return [...this.#topics.keys()];
  }

  partitionsOf(topic: string): readonly TopicPartition[] {
    return this.#find(topic).partitions.map(({ partition }) => ({ topic, partition }));
  }

  /** The largest record that the topic takes, bytes. */
  bytesMax(topic: string): number {
    return this.#find(topic).bytesMax;
  }

  append(at: TopicPartition, record: OutRecord, timestamp: number): Position {
    return append(this.#partition(at), record, timestamp);
  }

  /** At most `limit` records from the offset on. */
  read(from: Position, limit: number): readonly InRecord[] {
    const { records } = this.#partition(from);
    const start = indexOfOffset(records, from.offset);
    return records.slice(start, start + limit);
  }

  bounds(at: TopicPartition): { readonly low: number; readonly high: number } {
    const { records, high } = this.#partition(at);
    return { low: records[0]?.offset ?? high, high };
  }

  /** Keeps the last record of each key, as the cleaner would; drops tombstones too. Offsets stay as they are. */
  compact(topic: string): void {
    for (const partition of this.#find(topic).partitions) partition.records = lastOfEachKey(partition.records);
  }

  /** Drops the records below the offset, as retention would. */
  truncate(position: Position): void {
    const partition = this.#partition(position);
    partition.records = partition.records.filter((record) => record.offset >= position.offset);
  }

  #find(topic: string): Topic {
    const partitions = this.#autoPartitions;
    if (partitions !== undefined) this.create({ topic, partitions, config: {} });
    const found = this.#topics.get(topic);
    if (found === undefined) throw unknownTopic(topic);
    return found;
  }

  #partition(at: TopicPartition): Partition {
    const found = this.#find(at.topic).partitions[at.partition];
    if (found === undefined) throw unknownTopic(`${at.topic}/${at.partition}`);
    return found;
  }
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
