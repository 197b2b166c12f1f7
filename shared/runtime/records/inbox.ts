import type { InRecord, Position, TopicPartition } from "#shared/contracts/log-record.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { BatchSummary } from "./batch-summary.ts";
import { KeyQueues, type LanePriority } from "./key-queues.ts";
import { Watermark } from "./watermark.ts";

/** One record in hand. */
export interface Item {
  readonly record: InRecord;
  readonly priority: LanePriority;
  /** The queue that it waits in: records of one key queue leave one at a time. */
  readonly queue: string;
  /** The watermark of its partition, as of the generation that it was delivered in. */
  readonly mark: Watermark | undefined;
  readonly bytes: number;
  readonly deliveredAt: Instant;
  /** Whether it stands behind the share of its key, and so takes no place from others. */
  isCrowd: boolean;
  /** The decoded value, once there is one; for log lines only. */
  value: unknown;
  /** The account of the batch that it was taken with, while it is in work. */
  batch: BatchSummary | undefined;
  /** Whether its batch answers for it no more: it has a task of its own, or has left. */
  isDetached: boolean;
}

/** How records wait, and when partitions rest. */
export interface InboxOptions {
  /** Whether records of one key must come one after another; else each leaves in the order of its arrival. */
  readonly ordered: boolean;
  readonly priorityOf: (topic: string) => LanePriority;
  /** Bounds per priority; past them its partitions are paused, and resumed at half. */
  readonly waitingRecords: number;
  readonly waitingBytes: number;
  /** So many records of one key take a place each; those behind them are its crowd, which has bounds of its own. */
  readonly keyRecords: number;
  readonly crowdRecords: number;
  readonly crowdBytes: number;
  readonly pause: (partitions: readonly TopicPartition[]) => void;
  readonly resume: (partitions: readonly TopicPartition[]) => void;
}

/** Records and bytes of one window. */
interface Fill {
  records: number;
  bytes: number;
}

/** What a priority has in hand. */
interface Load {
  readonly places: Fill;
  readonly crowd: Fill;
  working: number;
  paused: boolean;
}

/** What one generation of a member has in hand: records waiting in key queues, watermarks, and the brake on each priority. */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #queues = new KeyQueues<Item>();
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
    this.#queues.clear();
    this.#loads.length = 0;
  }

  add(records: readonly InRecord[], now: Instant): void {
    for (const record of records) {
      const priority = this.#options.priorityOf(record.topic);
      const bytes = (record.value?.length ?? 0) + (record.key?.length ?? 0);
      const item: Item = {
        record,
        priority,
        bytes,
        queue: this.#queueOf(record),
        mark: this.#marks.get(`${record.topic}/${record.partition}`)?.mark,
        deliveredAt: now,
        isCrowd: false,
        value: undefined,
        batch: undefined,
        isDetached: false,
      };
      item.mark?.begin(record.offset);
      const ofKey = this.#queues.add(item.queue, priority, item);
      item.isCrowd = ofKey > this.#options.keyRecords;
      const load = this.#load(priority);
      fill(item.isCrowd ? load.crowd : load.places, item, 1);
      this.#brake(priority, load);
    }
  }

  /** Takes up to `max` records of a priority. */
  take(priority: LanePriority, max: number): Item[] {
    const items = this.#queues.take(priority, max);
    this.#load(priority).working += items.length;
    return items;
  }

  /** Whether `take` would give any of this priority. */
  canTake(priority: LanePriority): boolean {
    return this.#queues.canTake(priority);
  }

  /** Records of a priority that are in work. */
  working(priority: LanePriority): number {
    return this.#load(priority).working;
  }

  /** The record has left: with its effects recorded (`done`), or to be delivered again later. */
  finish(item: Item, done: boolean): void {
    if (done) item.mark?.done(item.record.offset);
    this.#queues.finish(item.queue);
    const load = this.#load(item.priority);
    load.working = Math.max(0, load.working - 1);
    fill(item.isCrowd ? load.crowd : load.places, item, -1);
    this.#moveUp(item, load);
    this.#release(item.priority, load);
  }

  /** The record that has left made room in the share of its key. */
  #moveUp({ queue }: Item, load: Load): void {
    const next = this.#queues.at(queue, this.#options.keyRecords - 1);
    if (next === undefined || !next.isCrowd) return;
    next.isCrowd = false;
    fill(load.crowd, next, -1);
    fill(load.places, next, 1);
  }

  /** Positions that have moved since the last call of `committed`. */
  positions(): Position[] {
    return [...this.#marks.values()].flatMap(({ at, mark, committed }) =>
      mark.position === undefined || mark.position === committed ? [] : [{ ...at, offset: mark.position }],
    );
  }

  /** Notes what the group has committed. */
  committed(positions: readonly Position[]): void {
    for (const { topic, partition, offset } of positions) {
      const entry = this.#marks.get(`${topic}/${partition}`);
      if (entry) entry.committed = offset;
    }
  }

  /** Whether a partition is of the generation. */
  owns({ topic, partition }: TopicPartition): boolean {
    return this.#marks.has(`${topic}/${partition}`);
  }

  /** Partitions of the generation. */
  get assigned(): number {
    return this.#marks.size;
  }

  /** Records that wait to be taken. */
  get waiting(): number {
    return this.#queues.waiting;
  }

  #queueOf(record: InRecord): string {
    if (this.#options.ordered && record.key !== null) return `${record.topic}/${record.key.toString("latin1")}`;
    return String(this.#arrivals++);
  }

  #load(priority: LanePriority): Load {
    this.#loads[priority] ??= {
      places: { records: 0, bytes: 0 },
      crowd: { records: 0, bytes: 0 },
      working: 0,
      paused: false,
    };
    return this.#loads[priority];
  }

  #brake(priority: LanePriority, load: Load): void {
    if (load.paused || this.#fullness(load) < 1) return;
    load.paused = true;
    this.#options.pause(this.#partitionsOf(priority));
  }

  #release(priority: LanePriority, load: Load): void {
    if (!load.paused || this.#fullness(load) > 0.5) return;
    load.paused = false;
    this.#options.resume(this.#partitionsOf(priority));
  }

  /** How full the fuller of the two windows is: 1 at its bound. */
  #fullness({ places, crowd }: Load): number {
    const { waitingRecords, waitingBytes, crowdRecords, crowdBytes } = this.#options;
    return Math.max(
      places.records / waitingRecords,
      places.bytes / waitingBytes,
      crowd.records / crowdRecords,
      crowd.bytes / crowdBytes,
    );
  }

  #partitionsOf(priority: LanePriority): TopicPartition[] {
    return [...this.#marks.values()]
      .map(({ at }) => at)
      .filter(({ topic }) => this.#options.priorityOf(topic) === priority);
  }
}

function fill(window: Fill, { bytes }: Item, by: 1 | -1): void {
  window.records = Math.max(0, window.records + by);
  window.bytes = Math.max(0, window.bytes + by * bytes);
}
