import type { Position, TopicPartition } from "#shared/contracts/log-record.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { slot } from "#shared/platform/kafka/assignment.ts";
import { within } from "#shared/platform/kafka/deadline.ts";
import type { Consumer, ConsumerListener, ConsumerOptions } from "#shared/platform/kafka/port.ts";
import type { EventLoop } from "./event-loop.ts";
import type { MemoryGroup, MemoryMember } from "./memory-group.ts";
import type { MemoryStore } from "./memory-store.ts";
import { SessionTimeout } from "./session-timeout.ts";

/** How many records a member is handed at once, at most. */
const batchLength = 100;

/** What a consumer of the in-memory log works with. */
export interface MemoryConsumerParts {
  readonly store: MemoryStore;
  readonly group: MemoryGroup;
  readonly loop: EventLoop;
  readonly clock: Clock;
  /** Whether delivery is held by a test. */
  readonly held: () => boolean;
  /** The error that the next commit meets, if a test asked for one. */
  readonly commitFault: () => Error | undefined;
  readonly onClose: (consumer: MemoryConsumer) => void;
}

interface Reading {
  readonly at: TopicPartition;
  next: number;
  committed: number;
  scheduled: boolean;
  paused: boolean;
}

/**
 * A member of a group that keeps the port's promises, expulsion after its session timeout included. Belongs to one
 * in-memory log; not for use by itself.
 */
export class MemoryConsumer implements Consumer {
  readonly #options: ConsumerOptions;
  readonly #parts: MemoryConsumerParts;
  readonly #member: MemoryMember;
  readonly #timeout: SessionTimeout;
  readonly #commits = new Set<Promise<void>>();
  #listener: ConsumerListener | undefined;
  #readings = new Map<string, Reading>();
  #generation = 0;
  #isRevoked = false;
  #isExpelled = false;
  #isClosed = false;

  constructor(options: ConsumerOptions, parts: MemoryConsumerParts) {
    this.#options = options;
    this.#parts = parts;
    this.#member = {
      topics: options.topics,
      revoking: () => this.#onRevoking(),
      assigned: (partitions, generation) => this.#onAssigned(partitions, generation),
    };
    this.#timeout = new SessionTimeout({
      clock: parts.clock,
      sessionTimeoutMs: options.sessionTimeoutMs ?? 10_000,
      isHolding: () => this.#isHolding(),
      expel: () => parts.loop.add(() => this.#expel()),
    });
  }

  start(listener: ConsumerListener): Promise<void> {
    const { loop, store, group } = this.#parts;
    this.#listener = listener;
    return loop.run(() => {
      for (const topic of this.#options.topics) store.partitionsOf(topic);
      if (!this.#isClosed) group.join(this.#member);
    });
  }

  /** Something may be there to deliver. */
  wake(): void {
    for (const reading of this.#readings.values()) this.#scheduleDelivery(reading);
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#setPaused(partitions, true);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#setPaused(partitions, false);
  }

  commit(positions: readonly Position[], generation: number): Promise<void> {
    const commit = this.#parts.loop
      .run(() => this.#commitNow(positions, generation))
      .finally(() => this.#commits.delete(commit));
    this.#commits.add(commit);
    return commit;
  }

  progress(): void {
    this.#timeout.progress();
    this.#rejoin();
  }

  async close(deadlineMs = 5_000): Promise<void> {
    const { clock, loop, group, onClose } = this.#parts;
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#timeout.stop();
    onClose(this);
    await within(
      clock,
      deadlineMs,
      loop.run(() => group.leave(this.#member)),
    );
  }

  // --- membership ---

  async #onRevoking(): Promise<void> {
    this.#isRevoked = true;
    const drains: Promise<void>[] = [];
    this.#notify((listener) => drains.push(Promise.resolve(listener.revoking(this.#generation))));
    await Promise.allSettled(drains);
    await Promise.allSettled(this.#commits);
  }

  #onAssigned(partitions: readonly TopicPartition[], generation: number): void {
    if (this.#isClosed) return;
    this.#generation = generation;
    this.#isRevoked = false;
    this.#readings = new Map(partitions.map((at) => [slot(at), this.#beginning(at)]));
    this.#notify((listener) => listener.assigned(partitions, generation));
    this.wake();
  }

  #beginning(at: TopicPartition): Reading {
    const { low, high } = this.#parts.store.bounds(at);
    const committed = this.#parts.group.committed(at);
    const fresh = this.#options.from === "latest" ? high : low;
    const next = committed < 0 ? fresh : Math.max(committed, low);
    return { at, next, committed: next, scheduled: false, paused: false };
  }

  #expel(): void {
    this.#isExpelled = true;
    this.#parts.group.leave(this.#member);
  }

  #rejoin(): void {
    const { loop, group } = this.#parts;
    if (!this.#isExpelled || this.#isClosed) return;
    this.#isExpelled = false;
    loop.add(() => group.join(this.#member));
  }

  #notify(call: (listener: ConsumerListener) => unknown): void {
    if (this.#listener === undefined || this.#isClosed) return;
    try {
      call(this.#listener);
    } catch (error) {
      this.#listener.crashed(error instanceof Error ? error : new Error(String(error)));
    }
  }

  // --- delivery ---

  #scheduleDelivery(reading: Reading): void {
    if (reading.scheduled || !this.#canDeliver(reading)) return;
    reading.scheduled = true;
    this.#parts.loop.add(() => {
      reading.scheduled = false;
      if (this.#readings.get(slot(reading.at)) === reading) this.#deliver(reading);
    });
  }

  #canDeliver({ at, next, paused }: Reading): boolean {
    const { store, held } = this.#parts;
    return !this.#isClosed && !this.#isRevoked && !paused && !held() && next < store.bounds(at).high;
  }

  #deliver(reading: Reading): void {
    const { store } = this.#parts;
    if (!this.#canDeliver(reading)) return;
    const records = store.read({ ...reading.at, offset: reading.next }, batchLength);
    const last = records.at(-1);
    reading.next = last === undefined ? store.bounds(reading.at).high : last.offset + 1;
    if (last !== undefined) {
      this.#timeout.begin();
      this.#notify((listener) => listener.records(records, this.#generation));
    }
    this.#scheduleDelivery(reading);
  }

  #setPaused(partitions: readonly TopicPartition[], paused: boolean): void {
    for (const at of partitions) {
      const reading = this.#readings.get(slot(at));
      if (reading !== undefined) reading.paused = paused;
    }
    this.wake();
  }

  // --- commits ---

  #commitNow(positions: readonly Position[], from: number): void {
    const fault = this.#parts.commitFault();
    if (fault !== undefined) throw fault;
    if (this.#isClosed) return;
    if (!this.#parts.group.commit(this.#member, positions, from)) return this.#rejoin();
    if (from === this.#generation) for (const position of positions) this.#noteCommitted(position);
  }

  #noteCommitted(position: Position): void {
    const reading = this.#readings.get(slot(position));
    if (reading !== undefined) reading.committed = position.offset;
  }

  #isHolding(): boolean {
    return [...this.#readings.values()].some((reading) => reading.next > reading.committed);
  }
}
