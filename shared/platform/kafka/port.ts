/**
 * The log as the rest of Carillon sees it. Nothing but `shared/platform/kafka` imports a Kafka client. Two logs implement it, one
 * on kafkajs and one in memory; both pass `tests/contract/log-conformance.ts`. Topic names here are whole (prefix
 * included): `shared/contracts/topics.ts` puts the prefix on.
 */
import type { InRecord, OutRecord, Position, TopicPartition, TopicSpec } from "#shared/contracts/log-record.ts";
import type { AppError } from "../errors/app-error.ts";

/** Writes to the log. Calls may overlap. */
export interface Producer {
  /**
   * Resolves once all in-sync replicas hold every record, with the position of each in the order given. Records that
   * share a partition keep their order, also across calls. A rejection means *unknown*, never "not written": the
   * caller sends again and the reader recognises the id.
   * Rejects with `KAFKA_UNAVAILABLE` or what `isRefusal` knows (retryable), `KAFKA_RECORD_TOO_LARGE` or `KAFKA_UNKNOWN_TOPIC` (not).
   */
  send(records: readonly OutRecord[]): Promise<readonly Position[]>;
  /** Sends what is queued at once, whatever it would linger for, then disconnects; gives up after `deadlineMs`. */
  close(deadlineMs?: number): Promise<void>;
}

/** How a producer writes. */
export interface ProducerOptions {
  /**
   * How long a record may wait for others to be written with, ms. Default 0: what is idle writes at once. A send resolves
   * later by as much, and one request carries more. Only for what nobody waits for.
   */
  readonly lingerMs?: number;
}

/** The events that a group member is notified of. None of the calls may throw; all must return at once. */
export interface ConsumerListener {
  /**
   * A new generation: these are the partitions, and every record delivered earlier is void (the log delivers again from
   * the committed position). Called before the first record of the generation.
   */
  assigned(partitions: readonly TopicPartition[], generation: number): void;
  /**
   * A rebalance has begun: commit what is done now, the old generation still may. The member joins the next generation
   * when the promise, if there is one, and the commits made meanwhile have ended, or after three seconds.
   */
  revoking(generation: number): void | Promise<void>;
  /** Records of one partition in offset order. Queue them and return. */
  records(records: readonly InRecord[], generation: number): void;
  /**
   * The brokers do not take the member in, or do not allow what it reads; the error says why. It tries again every few
   * seconds, and is assigned partitions once somebody has put that right. Called at each try.
   */
  refused?(error: AppError): void;
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
  /** Reports that work moves. A member that holds records and reports nothing for the session timeout is expelled. */
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

/** The log: real (`kafkajs-log.ts`) or in memory (`memory-log.ts`), held to the same promises by one suite. */
export interface Log {
  producer(options?: ProducerOptions): Promise<Producer>;
  consumer(options: ConsumerOptions): Promise<Consumer>;
  /**
   * Reads every partition of the topics from the first record, or from its position in `from`, to the end offsets captured
   * at the call, in offset order per partition, without a group. The iterable ends there. Each item is one partition's run of
   * records. A position below the first record reads from that; one beyond the end reads nothing.
   */
  readToEnd(
    topics: readonly string[],
    signal?: AbortSignal,
    from?: readonly Position[],
  ): AsyncIterable<readonly InRecord[]>;
  /** How many partitions each topic has: one request, whatever their number. */
  partitions(topics: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** The first and the next offset of each partition. */
  offsets(
    topics: readonly string[],
  ): Promise<readonly (TopicPartition & { readonly low: number; readonly high: number })[]>;
  /** What a group has committed; -1 where nothing. */
  committed(groupId: string, topics: readonly string[]): Promise<readonly Position[]>;
  /**
   * When the first record at or after each position was written, ms, in the order of the positions; undefined where nothing
   * can be read there, at the end or where only markers follow. Rejects with `KAFKA_UNAVAILABLE` (retryable).
   */
  timestamps(positions: readonly Position[]): Promise<readonly (number | undefined)[]>;
  /** How many members each group has whose name begins so. A group that never was is not there. */
  groups(prefix: string): Promise<ReadonlyMap<string, number>>;
  /** Removes groups and what they have committed. Rejects where one has members. */
  removeGroups(groupIds: readonly string[]): Promise<void>;
  /** Names the log itself: positions mean nothing in another. The cluster's id. */
  identity(): Promise<string>;
  /** The names of all topics. */
  topics(): Promise<readonly string[]>;
  /** Creates what is missing, changes nothing that exists; returns the names created. */
  createTopics(topics: readonly TopicSpec[]): Promise<readonly string[]>;
  close(deadlineMs?: number): Promise<void>;
}
