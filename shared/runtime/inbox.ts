import type { InRecord, Position, TopicPartition } from "#shared/contracts/log-record.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { KeyQueues, type Priority } from "./key-queues.ts";
import { Watermark } from "./watermark.ts";

/** One record in hand. */
export interface Item {
  readonly record: InRecord;
  readonly urgency: Priority;
  readonly lane: string;
  readonly bytes: number;
  readonly deliveredAt: Instant;
  /** The decoded value, once there is one; for the log line only. */
  value: unknown;
  /** Set when it was handed to a task of its own, or is done with. */
  settled: boolean;
}

/** How records wait, and when partitions rest. */
export interface InboxOptions {
  /** Whether records of one key must come one after another; else each leaves in the order of its arrival. */
  readonly ordered: boolean;
  readonly priorityOf: (topic: string) => Priority;
  /** Bounds per urgency; past them its partitions are paused, and resumed at half. */
  readonly waitingRecords: number;
  readonly waitingBytes: number;
  readonly pause: (partitions: readonly TopicPartition[]) => void;
  readonly resume: (partitions: readonly TopicPartition[]) => void;
}

interface Load {
  records: number;
  bytes: number;
  working: number;
  paused: boolean;
}

/** What one generation of a member has in hand: records waiting in lanes, watermarks, and the brake on each urgency. */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #lanes = new KeyQueues<Item>();
  readonly #marks = new Map<string, { readonly at: TopicPartition; readonly mark: Watermark; committed: number }>();
  readonly #loads: Load[] = [];
  #arrivals = 0;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** Begins a generation: forgets all that was in hand. */
  assign(partitions: readonly TopicPartition[]): void {
    this.clear();
    this.#marks.clear();
    for (const at of partitions)
      this.#marks.set(`${at.topic}/${at.partition}`, { at, mark: new Watermark(), committed: -1 });
  }

  /** Drops what waits; what is in work may still be finished. */
  clear(): void {
    this.#lanes.clear();
    this.#loads.length = 0;
  }

  add(records: readonly InRecord[], now: Instant): void {
    for (const record of records) {
      const urgency = this.#options.priorityOf(record.topic);
      const bytes = (record.value?.length ?? 0) + (record.key?.length ?? 0);
      const item = {
        record,
        urgency,
        bytes,
        lane: this.#laneOf(record),
        deliveredAt: now,
        value: undefined,
        settled: false,
      };
      this.#marks.get(`${record.topic}/${record.partition}`)?.mark.begin(record.offset);
      this.#lanes.add(item.lane, urgency, item);
      const load = this.#load(urgency);
      load.records++;
      load.bytes += bytes;
      this.#brake(urgency, load);
    }
  }

  /** Takes up to `max` records, most urgent first; those that are not most urgent only while fewer than `bulkMax` are in work. */
  take(max: number, bulkMax: number): Item[] {
    const room = (urgency: Priority) => (urgency === 0 ? max : Math.max(0, bulkMax - this.#load(urgency).working));
    const items = this.#lanes.take(max, room);
    for (const item of items) this.#load(item.urgency).working++;
    return items;
  }

  /** The record has left: with its effects recorded (`done`), or to be delivered again some other time. */
  finish(item: Item, done: boolean): void {
    if (done) this.#marks.get(`${item.record.topic}/${item.record.partition}`)?.mark.done(item.record.offset);
    this.#lanes.finish(item.lane);
    const load = this.#load(item.urgency);
    load.working = Math.max(0, load.working - 1);
    load.records = Math.max(0, load.records - 1);
    load.bytes = Math.max(0, load.bytes - item.bytes);
    this.#release(item.urgency, load);
  }

  /** Positions that moved since `committed` was last told. */
  positions(): Position[] {
    return [...this.#marks.values()].flatMap(({ at, mark, committed }) =>
      mark.position === undefined || mark.position === committed ? [] : [{ ...at, offset: mark.position }],
    );
  }

  committed(positions: readonly Position[]): void {
    for (const { topic, partition, offset } of positions) {
      const entry = this.#marks.get(`${topic}/${partition}`);
      if (entry) entry.committed = offset;
    }
  }

  get waiting(): number {
    return this.#lanes.waiting;
  }

  #laneOf(record: InRecord): string {
    if (this.#options.ordered && record.key !== null) return `${record.topic}/${record.key.toString("latin1")}`;
    return String(this.#arrivals++);
  }

  #load(urgency: Priority): Load {
    this.#loads[urgency] ??= { records: 0, bytes: 0, working: 0, paused: false };
    return this.#loads[urgency];
  }

  #brake(urgency: Priority, load: Load): void {
    const { waitingRecords, waitingBytes, pause } = this.#options;
    if (load.paused || (load.records < waitingRecords && load.bytes < waitingBytes)) return;
    load.paused = true;
    pause(this.#partitionsOf(urgency));
  }

  #release(urgency: Priority, load: Load): void {
    const { waitingRecords, waitingBytes, resume } = this.#options;
    if (!load.paused || load.records > waitingRecords / 2 || load.bytes > waitingBytes / 2) return;
    load.paused = false;
    resume(this.#partitionsOf(urgency));
  }

  #partitionsOf(urgency: Priority): TopicPartition[] {
    return [...this.#marks.values()]
      .map(({ at }) => at)
      .filter(({ topic }) => this.#options.priorityOf(topic) === urgency);
  }
}
