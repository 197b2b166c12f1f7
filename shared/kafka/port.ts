/**
 * The log as the rest of Carillon sees it. Nothing but `shared/kafka` imports a Kafka client. Two logs implement it, one
 * on kafkajs and one in memory; both pass `tests/contract/log-conformance.ts`. Topic names here are whole (prefix
 * included): `shared/kafka/topics.ts` puts the prefix on.
 */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A position: the next offset to read, or to commit, which is one past the last that is done with. */
export interface Position extends TopicPartition {
  readonly offset: number;
}

/** Header values as bytes; a header that occurs several times keeps all of its values in order. */
export type Headers = Readonly<Record<string, Buffer | readonly Buffer[]>>;

/** A record as it lies in the log, undecoded. Key, value and headers are the original bytes. */
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
  /** Left out: murmur2 of the key, as Java's default partitioner chooses it; without a key, spread evenly. */
  readonly partition?: number;
}

/** Writes to the log. Calls may overlap. */
export interface Producer {
  /**
   * Resolves once all in-sync replicas hold every record, with the position of each in the order given. Records that
   * share a partition keep their order, also across calls. A rejection means *unknown*, never "not written": the
   * caller sends again and the reader recognises the id.
   * Rejects with `KAFKA_UNAVAILABLE` (retryable), `KAFKA_RECORD_TOO_LARGE` or `KAFKA_UNKNOWN_TOPIC` (not).
   */
  send(records: readonly OutRecord[]): Promise<readonly Position[]>;
  /** Sends what is queued, then disconnects; gives up after `deadlineMs`. */
  close(deadlineMs?: number): Promise<void>;
}

/** What a group member is told. None of the calls may throw; all must return at once. */
export interface ConsumerListener {
  /**
   * A new generation: these are the partitions, and every record delivered earlier is void (the log delivers again from
   * the committed position). Called before the first record of the generation.
   */
  assigned(partitions: readonly TopicPartition[], generation: number): void;
  /**
   * A rebalance has begun: commit what is done now, the old generation still may. The member joins the next generation
   * when the promise, if there is one, and the commits made meanwhile have settled, or after three seconds.
   */
  revoking(generation: number): void | Promise<void>;
  /** Records of one partition in offset order. Queue them and return. */
  records(records: readonly InRecord[], generation: number): void;
  /** The consumer is beyond recovery; the process must end. */
  crashed(error: Error): void;
}

/** A member of a consumer group. It commits nothing by itself. */
export interface Consumer {
  /** Joins the group. Resolves when the join is under way, not when partitions are assigned. */
  start(listener: ConsumerListener): Promise<void>;
  /** Stops delivering these partitions until resumed. A record already fetched may still arrive. Forgotten at a rebalance. */
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  /**
   * Commits positions of the current generation; those of partitions that the member no longer owns are left out
   * silently. Rejects with `KAFKA_UNAVAILABLE` (retryable).
   */
  commit(positions: readonly Position[], generation: number): Promise<void>;
  /** Tells that work moves. A member that has records in hand and tells nothing for the session timeout is thrown out. */
  progress(): void;
  /** Leaves the group; gives up after `deadlineMs`. Does not commit. */
  close(deadlineMs?: number): Promise<void>;
}

/** Which group reads which topics, and how. */
export interface ConsumerOptions {
  readonly groupId: string;
  readonly topics: readonly string[];
  /** Where a partition without a committed position begins. Default `earliest`. */
  readonly from?: "earliest" | "latest";
  readonly sessionTimeoutMs?: number;
  /**
   * How many bytes a fetch should bring; fewer come when it has waited its time, half a second. Default 1: at
   * once. A member that writes batches to a store saves itself and the broker most of the fetches by a larger one.
   */
  readonly fetchBytesMin?: number;
}

/** A topic to be created; `config` in the broker's own names. */
export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  /** Copies of each partition. Left out: the broker's own default. */
  readonly replicationFactor?: number;
  readonly config: Readonly<Record<string, string>>;
}

/** The log: real (`kafkajs-log.ts`) or in memory (`memory-log.ts`), held to the same promises by one suite. */
export interface Log {
  producer(): Promise<Producer>;
  consumer(options: ConsumerOptions): Promise<Consumer>;
  /**
   * Reads every partition of the topics from the first record to the end offsets captured at the call, in offset order
   * per partition, without a group. The iterable ends there. Each item is one partition's run of records.
   */
  readToEnd(topics: readonly string[], signal?: AbortSignal): AsyncIterable<readonly InRecord[]>;
  /** The first and the next offset of each partition. */
  offsets(
    topics: readonly string[],
  ): Promise<readonly (TopicPartition & { readonly low: number; readonly high: number })[]>;
  /** What a group has committed; -1 where nothing. */
  committed(groupId: string, topics: readonly string[]): Promise<readonly Position[]>;
  /** Creates what is missing, changes nothing that exists; returns the names created. */
  createTopics(topics: readonly TopicSpec[]): Promise<readonly string[]>;
  close(deadlineMs?: number): Promise<void>;
}
