import type { InRecord, Position } from "#shared/contracts/log-record.ts";
import { type Clock, systemClock } from "#shared/platform/clock/clock.ts";
import { unavailable } from "#shared/platform/kafka/failure.ts";
import type { ConsumerOptions, Log } from "#shared/platform/kafka/port.ts";
import { EventLoop } from "./event-loop.ts";
import { MemoryConsumer } from "./memory-consumer.ts";
import { MemoryGroup } from "./memory-group.ts";
import { MemoryProducer, type SendFault } from "./memory-producer.ts";
import { MemoryStore } from "./memory-store.ts";

/** What a test may do to the in-memory log. */
export interface MemoryFaults {
  /** The next send rejects, retryably unless an error is given; its records are in the log, or are not. */
  failNextSend(fate: "written" | "unwritten", error?: Error): void;
  /** The next commit rejects and has no effect. */
  failNextCommit(error?: Error): void;
  /** A rebalance without a change of members. */
  rebalance(groupId: string): void;
  /** Delivers nothing until `release`. */
  hold(): void;
  release(): void;
  /** The broker does nothing at all until `back`: calls wait. */
  away(): void;
  back(): void;
}

/** A log in memory, for tests and the seeded simulator. Deterministic: everything happens in microtasks, in one order. */
export interface MemoryLog extends Log {
  readonly faults: MemoryFaults;
  /** All records of a topic, partition by partition. */
  records(topic: string): readonly InRecord[];
  /** Keeps the last record of each key and drops tombstones; offsets stay. */
  compact(topic: string): void;
  /** Drops the records of a partition below the offset. */
  truncate(position: Position): void;
  /** Resolves when the broker has nothing left to do: all is written and delivered that can be. */
  idle(): Promise<void>;
}

/** How the in-memory log behaves. */
export interface MemoryLogOptions {
  /** Stamps records and measures session timeouts. Default the system's. */
  readonly clock?: Clock;
  /** Given, a topic comes into being with so many partitions when it is first named. Left out, unknown topics are refused. */
  readonly partitions?: number;
  /** Given, it draws which of the waiting things happens next (0 ≤ n < 1): a seed is a schedule. Left out, first come. */
  readonly random?: () => number;
}

/**
 * ```ts
 * const log = createMemoryLog({ partitions: 3 });
 * const producer = await log.producer();
 * await producer.send([{ topic: "comms.events", key: "anna", value: Buffer.from("hello") }]);
 * ```
 */
export function createMemoryLog(options: MemoryLogOptions = {}): MemoryLog {
  const clock = options.clock ?? systemClock;
  const loop = new EventLoop(options.random);
  const store = new MemoryStore(options.partitions);
  const consumers = new Set<MemoryConsumer>();
  const groups = new Map<string, MemoryGroup>();
  const faults = new FaultQueue();

  function group(id: string): MemoryGroup {
    const found =
      groups.get(id) ?? new MemoryGroup({ loop, clock, partitionsOf: (topic) => store.partitionsOf(topic) });
    groups.set(id, found);
    return found;
  }

  function wake(): void {
    for (const consumer of consumers) consumer.wake();
  }

  function consumer(wanted: ConsumerOptions): MemoryConsumer {
    const created = new MemoryConsumer(wanted, {
      store,
      loop,
      clock,
      group: group(wanted.groupId),
      held: () => faults.isHeld,
      commitFault: () => faults.takeCommit(),
      onClose: (gone) => consumers.delete(gone),
    });
    consumers.add(created);
    return created;
  }

  return {
    producer: async ({ lingerMs = 0 } = {}) =>
      new MemoryProducer({ store, loop, clock, lingerMs, fault: () => faults.takeSend(), onWritten: wake }),
    consumer: async (wanted) => consumer(wanted),
    readToEnd: (topics, signal, from) => readToEnd({ store, loop, from }, topics, signal),
    partitions: (topics) =>
      loop.run(() => new Map(topics.map((topic) => [topic, partitionsOf(store, [topic]).length]))),
    offsets: (topics) => loop.run(() => partitionsOf(store, topics).map((at) => ({ ...at, ...store.bounds(at) }))),
    identity: () => loop.run(() => "memory"),
    committed: (groupId, topics) =>
      loop.run(() => partitionsOf(store, topics).map((at) => ({ ...at, offset: group(groupId).committed(at) }))),
    timestamps: (positions) => loop.run(() => positions.map((position) => store.read(position, 1)[0]?.timestamp)),
    groups: (prefix) => loop.run(() => membersOf(groups, prefix)),
    removeGroups: (groupIds) => loop.run(() => removeGroups(groups, groupIds)),
    topics: () => loop.run(() => store.names()),
    createTopics: (specs) => loop.run(() => specs.filter((spec) => store.create(spec)).map((spec) => spec.topic)),
    close: async (deadlineMs) => {
      await Promise.all([...consumers].map((each) => each.close(deadlineMs)));
    },
    records: (topic) =>
      store.partitionsOf(topic).flatMap((at) => store.read({ ...at, offset: 0 }, Number.POSITIVE_INFINITY)),
    compact: (topic) => store.compact(topic),
    truncate: (position) => store.truncate(position),
    idle: () => loop.idle(),
    faults: {
      failNextSend: (fate, error) => faults.failNextSend(fate, error),
      failNextCommit: (error) => faults.failNextCommit(error),
      rebalance: (groupId) => loop.add(() => group(groupId).rebalance()),
      hold: () => {
        faults.isHeld = true;
      },
      release: () => {
        faults.isHeld = false;
        wake();
      },
      away: () => loop.halt(),
      back: () => loop.resume(),
    },
  };
}

function membersOf(groups: ReadonlyMap<string, MemoryGroup>, prefix: string): ReadonlyMap<string, number> {
  const wanted = [...groups].filter(([id]) => id.startsWith(prefix));
  return new Map(wanted.map(([id, { size }]) => [id, size]));
}

function removeGroups(groups: Map<string, MemoryGroup>, ids: readonly string[]): void {
  for (const id of ids) {
    if ((groups.get(id)?.size ?? 0) > 0) throw unavailable("Removing groups");
    groups.delete(id);
  }
}

/** The faults that a test has asked for and the log has not met yet. */
class FaultQueue {
  readonly #sends: SendFault[] = [];
  readonly #commits: Error[] = [];
  /** Whether delivery is held. */
  isHeld = false;

  failNextSend(fate: SendFault["fate"], error?: Error): void {
    this.#sends.push({ fate, error });
  }

  takeSend(): SendFault | undefined {
    return this.#sends.shift();
  }

  failNextCommit(error?: Error): void {
    this.#commits.push(error ?? unavailable("Committing"));
  }

  takeCommit(): Error | undefined {
    return this.#commits.shift();
  }
}

function partitionsOf(store: MemoryStore, topics: readonly string[]) {
  return topics.flatMap((topic) => store.partitionsOf(topic));
}

interface ReadParts {
  readonly store: MemoryStore;
  readonly loop: EventLoop;
  readonly from: readonly Position[] | undefined;
}

async function* readToEnd(
  { store, loop, from = [] }: ReadParts,
  topics: readonly string[],
  signal?: AbortSignal,
): AsyncIterable<readonly InRecord[]> {
  const ends = await loop.run(() => partitionsOf(store, topics).map((at) => ({ ...at, ...store.bounds(at) })));
  for (const { topic, partition, low, high } of ends) {
    signal?.throwIfAborted();
    const start = from.find((each) => each.topic === topic && each.partition === partition)?.offset ?? 0;
    const offset = Math.max(low, start);
    if (offset >= high) continue;
    const records = await loop.run(() => store.read({ topic, partition, offset }, high - offset));
    const run = records.filter((record) => record.offset < high);
    if (run.length > 0) yield run;
  }
}
