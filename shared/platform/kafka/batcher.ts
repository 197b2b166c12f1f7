import type { OutRecord, Position } from "#shared/contracts/log-record.ts";
import type { Clock } from "../clock/clock.ts";
import { codeOf } from "../errors/app-error.ts";
import { slot } from "./assignment.ts";

/** A record whose partition is chosen, with its `recordSize`. */
export type PlacedRecord = OutRecord & { readonly partition: number; readonly size: number };

/** Writes a batch and gives the position of each record in its order. */
export type WriteBatch = (batch: readonly PlacedRecord[]) => Promise<readonly Position[]>;

/** Bounds of one write. Kafka bounds what it takes for one partition at once, so that is bounded apart. */
export interface BatchLimits {
  readonly records: number;
  readonly bytes: number;
  readonly partitionBytes: number;
}

/** How a batcher puts records together. */
export interface BatcherOptions {
  readonly limits?: BatchLimits;
  /** How long a record waits for others at most, by the clock. Left out: not at all, and no timer is ever set. */
  readonly linger?: { readonly ms: number; readonly clock: Clock };
}

const usualLimits: BatchLimits = { records: 1_000, bytes: 8_000_000, partitionBytes: 1_000_000 };

/** Why a wait for more records ends early. With a reason of its own: for one left out, Node makes an exception. */
const full = "full";

interface Call {
  readonly positions: Position[];
  missing: number;
  failed: boolean;
  readonly resolve: (positions: readonly Position[]) => void;
  readonly reject: (error: unknown) => void;
}

interface Entry {
  readonly call: Call;
  readonly index: number;
  readonly record: PlacedRecord;
  /** When it was added, ms; 0 where nothing lingers. */
  readonly addedAt: number;
}

/**
 * Puts the sends of many callers together into writes, exactly one of them outstanding; what is added meanwhile goes
 * together in the next. Without `linger` the first record of an idle batcher is written at once; with it, when the oldest
 * has waited its time, a write is full, or `flush` is called. The order within a partition is the order of the calls.
 */
export class Batcher {
  readonly #write: WriteBatch;
  readonly #limits: BatchLimits;
  readonly #linger: BatcherOptions["linger"];
  readonly #queue: Entry[] = [];
  readonly #idleWaiters: (() => void)[] = [];
  #isWriting = false;
  /** Bytes of what is queued; kept exact, and looked at, only where there is a linger. */
  #queuedBytes = 0;
  #isFlushing = false;
  /** Ends the wait for more records. */
  #lingering: AbortController | undefined;

  constructor(write: WriteBatch, { limits = usualLimits, linger }: BatcherOptions = {}) {
    this.#write = write;
    this.#limits = limits;
    this.#linger = linger;
  }

  /** Resolves when all of the records are written; rejects when a write with one of them fails. */
  add(records: readonly PlacedRecord[]): Promise<readonly Position[]> {
    if (records.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const call: Call = { positions: [], missing: records.length, failed: false, resolve, reject };
      const addedAt = this.#linger?.clock.now() ?? 0;
      for (const [index, record] of records.entries()) {
        this.#queue.push({ call, index, record, addedAt });
        this.#queuedBytes += record.size;
      }
      if (!this.#isWriting) void this.#drain();
      else if (this.#isFull()) this.#lingering?.abort(full);
    });
  }

  /** Nothing waits for others from now on, neither what is queued nor what is added later. */
  flush(): void {
    this.#isFlushing = true;
    this.#lingering?.abort(full);
  }

  /** Resolves when nothing is queued or in flight. */
  idle(): Promise<void> {
    return new Promise((resolve) => (this.#isWriting ? this.#idleWaiters.push(resolve) : resolve()));
  }

  async #drain(): Promise<void> {
    this.#isWriting = true;
    // What is added in this same turn still goes along.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      if (this.#linger !== undefined) await this.#waitForMore(this.#linger);
      const batch = this.#take();
      if (batch.length > 0) await this.#attempt(batch);
    }
    this.#isWriting = false;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  /** Until the oldest record has waited its time. A clock that is set back makes it wait no longer than that. */
  async #waitForMore({ ms, clock }: NonNullable<BatcherOptions["linger"]>): Promise<void> {
    const leftMs = Math.min(ms, (this.#queue[0]?.addedAt ?? 0) + ms - clock.now());
    if (leftMs <= 0 || this.#isFlushing || this.#isFull()) return;
    this.#lingering = new AbortController();
    await clock.sleep(leftMs, this.#lingering.signal);
    this.#lingering = undefined;
  }

  #isFull(): boolean {
    return this.#queue.length >= this.#limits.records || this.#queuedBytes >= this.#limits.bytes;
  }

  #take(): readonly Entry[] {
    const batch = takeHead(this.#queue, this.#limits);
    if (this.#linger !== undefined) this.#queuedBytes = sizeOf(this.#queue);
    return batch;
  }

  async #attempt(batch: readonly Entry[]): Promise<void> {
    try {
      resolveCalls(batch, await this.#write(batch.map((entry) => entry.record)));
    } catch (error) {
      if (codeOf(error) === "KAFKA_RECORD_TOO_LARGE" && batch.length > 1) await this.#attemptHalves(batch);
      else for (const { call } of batch) failCall(call, error);
    }
  }

  /** One record that is too large must not fail the calls that share its batch. */
  async #attemptHalves(batch: readonly Entry[]): Promise<void> {
    const middle = batch.length >>> 1;
    for (const half of [batch.slice(0, middle), batch.slice(middle)]) {
      const wanted = half.filter((entry) => !entry.call.failed);
      if (wanted.length > 0) await this.#attempt(wanted);
    }
  }
}

function sizeOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, { record }) => sum + record.size, 0);
}

/** The longest head of the queue within the limits, but at least one record. Records of failed calls are dropped. */
function takeHead(queue: Entry[], limits: BatchLimits): readonly Entry[] {
  const partitions = new Map<string, number>();
  const batch: Entry[] = [];
  let bytes = 0;
  let taken = 0;
  for (; taken < queue.length && batch.length < limits.records; taken += 1) {
    const entry = queue[taken];
    if (entry === undefined || entry.call.failed) continue;
    const { size } = entry.record;
    const inPartition = (partitions.get(slot(entry.record)) ?? 0) + size;
    bytes += size;
    if (batch.length > 0 && (bytes > limits.bytes || inPartition > limits.partitionBytes)) break;
    partitions.set(slot(entry.record), inPartition);
    batch.push(entry);
  }
  queue.splice(0, taken);
  return batch;
}

function resolveCalls(batch: readonly Entry[], positions: readonly Position[]): void {
  for (const [at, { call, index }] of batch.entries()) {
    const position = positions[at];
    if (position === undefined) throw new Error("A write gave fewer positions than records");
    call.positions[index] = position;
    call.missing -= 1;
    if (call.missing === 0) call.resolve(call.positions);
  }
}

function failCall(call: Call, error: unknown): void {
  call.failed = true;
  call.reject(error);
}
