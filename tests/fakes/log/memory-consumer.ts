import type { Position, TopicPartition } from "#shared/contracts/log-record.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { slot } from "#shared/platform/kafka/assignment.ts";
import { within } from "#shared/platform/kafka/deadline.ts";
import type { Consumer, ConsumerListener, ConsumerOptions } from "#shared/platform/kafka/port.ts";
import type { EventLoop } from "./event-loop.ts";
import type { MemoryGroup, MemoryMember } from "./memory-group.ts";
import type { MemoryStore } from "./memory-store.ts";
import { createSessionTimeout } from "./session-timeout.ts";

/** How many records a member is handed at once, at most. */
const batchLength = 100;

/** A member of a group of the in-memory log. */
export interface MemoryConsumer extends Consumer {
  /** Something may be there to deliver. */
  wake(): void;
}

/** What a consumer of the in-memory log stands on. */
export interface MemoryConsumerParts {
  readonly store: MemoryStore;
  readonly group: MemoryGroup;
  readonly turns: EventLoop;
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
 * A member that keeps the port's promises, expulsion after its session timeout included. Belongs to one in-memory log;
 * not for use by itself.
 */
export function createMemoryConsumer(options: ConsumerOptions, parts: MemoryConsumerParts): MemoryConsumer {
  const { store, group, turns, clock } = parts;
  const commits = new Set<Promise<void>>();
  const watch = createSessionTimeout({
    clock,
    sessionTimeoutMs: options.sessionTimeoutMs ?? 10_000,
    holding,
    expel: () => turns.add(expel),
  });
  let listener: ConsumerListener | undefined;
  let readings = new Map<string, Reading>();
  let generation = 0;
  let revoked = false;
  let expelled = false;
  let closed = false;

  const member: MemoryMember = { topics: options.topics, revoking, assigned };

  async function revoking(): Promise<void> {
    revoked = true;
    const drained: Promise<void>[] = [];
    tell((to) => drained.push(Promise.resolve(to.revoking(generation))));
    await Promise.allSettled(drained);
    await Promise.allSettled(commits);
  }

  function assigned(partitions: readonly TopicPartition[], next: number): void {
    if (closed) return;
    generation = next;
    revoked = false;
    readings = new Map(partitions.map((at) => [slot(at), beginning(at)]));
    tell((to) => to.assigned(partitions, next));
    wake();
  }

  function beginning(at: TopicPartition): Reading {
    const { low, high } = store.bounds(at);
    const committed = group.committed(at);
    const fresh = options.from === "latest" ? high : low;
    const next = committed < 0 ? fresh : Math.max(committed, low);
    return { at, next, committed: next, scheduled: false, paused: false };
  }

  function tell(what: (to: ConsumerListener) => unknown): void {
    if (listener === undefined || closed) return;
    try {
      what(listener);
    } catch (error) {
      listener.crashed(error instanceof Error ? error : new Error(String(error)));
    }
  }

  function wake(): void {
    for (const reading of readings.values()) scheduleDelivery(reading);
  }

  function scheduleDelivery(reading: Reading): void {
    if (reading.scheduled || !deliverable(reading)) return;
    reading.scheduled = true;
    turns.add(() => {
      reading.scheduled = false;
      if (readings.get(slot(reading.at)) === reading) deliver(reading);
    });
  }

  function deliverable(reading: Reading): boolean {
    return !closed && !revoked && !reading.paused && !parts.held() && reading.next < store.bounds(reading.at).high;
  }

  function deliver(reading: Reading): void {
    if (!deliverable(reading)) return;
    const records = store.read({ ...reading.at, offset: reading.next }, batchLength);
    const last = records.at(-1);
    reading.next = last === undefined ? store.bounds(reading.at).high : last.offset + 1;
    if (last !== undefined) {
      watch.begin();
      tell((to) => to.records(records, generation));
    }
    scheduleDelivery(reading);
  }

  function holding(): boolean {
    return [...readings.values()].some((reading) => reading.next > reading.committed);
  }

  function expel(): void {
    expelled = true;
    group.leave(member);
  }

  function rejoin(): void {
    if (!expelled || closed) return;
    expelled = false;
    turns.add(() => group.join(member));
  }

  function commitNow(positions: readonly Position[], from: number): void {
    const fault = parts.commitFault();
    if (fault !== undefined) throw fault;
    if (closed) return;
    if (!group.commit(member, positions, from)) return rejoin();
    if (from === generation) for (const position of positions) noteCommitted(position);
  }

  function noteCommitted(position: Position): void {
    const reading = readings.get(slot(position));
    if (reading !== undefined) reading.committed = position.offset;
  }

  function setPaused(partitions: readonly TopicPartition[], paused: boolean): void {
    for (const at of partitions) {
      const reading = readings.get(slot(at));
      if (reading !== undefined) reading.paused = paused;
    }
    wake();
  }

  const consumer: MemoryConsumer = {
    wake,
    start: (to) => {
      listener = to;
      return turns.run(() => {
        for (const topic of options.topics) store.partitionsOf(topic);
        if (!closed) group.join(member);
      });
    },
    pause: (partitions) => setPaused(partitions, true),
    resume: (partitions) => setPaused(partitions, false),
    commit: (positions, from) => {
      const commit = turns.run(() => commitNow(positions, from)).finally(() => commits.delete(commit));
      commits.add(commit);
      return commit;
    },
    progress: () => {
      watch.progress();
      rejoin();
    },
    close: async (deadlineMs = 5_000) => {
      if (closed) return;
      closed = true;
      watch.stop();
      parts.onClose(consumer);
      await within(
        clock,
        deadlineMs,
        turns.run(() => group.leave(member)),
      );
    },
  };
  return consumer;
}
