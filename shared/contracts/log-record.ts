/** One partition of a topic. The topic's name includes the prefix. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A position: the next offset to read or to commit, which is one past the last completed record. */
export interface Position extends TopicPartition {
  readonly offset: number;
}

/** Header values as bytes; a repeated header keeps all of its values in order. */
export type Headers = Readonly<Record<string, Buffer | readonly Buffer[]>>;

/** An undecoded record of the log. Key, value and headers are the original bytes. */
export interface InRecord extends TopicPartition {
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
  /** The record's own timestamp, ms. */
  readonly timestamp: number;
}

/** A record to be written. */
export interface OutRecord {
  readonly topic: string;
  readonly key: Buffer | string | null;
  readonly value: Buffer | null;
  readonly headers?: Headers;
  /** Default: murmur2 of the key, as in Java's default partitioner; records without a key are spread evenly. */
  readonly partition?: number;
  /** Default: the instant of writing, ms. A copy keeps the time of what it copies. */
  readonly timestamp?: number;
}

/** A topic to be created; `config` in the broker's own names. */
export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  /** Copies of each partition. Default: the broker's own default. */
  readonly replicationFactor?: number;
  readonly config: Readonly<Record<string, string>>;
}
