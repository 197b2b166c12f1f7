import type { OutRecord, Position } from "#shared/contracts/log-record.ts";
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

const usualLimits: BatchLimits = { records: 1_000, bytes: 8_000_000, partitionBytes: 1_000_000 };

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
}

/**
 * Puts the sends of many callers together into writes, exactly one of them outstanding; what is added meanwhile goes
 * together in the next. Never a timer: the first record of an idle batcher is written at once. The order within a
 * partition is the order of the calls.
 */
export class Batcher {
  readonly #write: WriteBatch;
  readonly #limits: BatchLimits;
  readonly #queue: Entry[] = [];
  readonly #idleWaiters: (() => void)[] = [];
  #isWriting = false;

  constructor(write: WriteBatch, limits: BatchLimits = usualLimits) {
    this.#write = write;
    this.#limits = limits;
  }

  /** Resolves when all of the records are written; rejects when a write with one of them fails. */
  add(records: readonly PlacedRecord[]): Promise<readonly Position[]> {
    if (records.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const call: Call = { positions: [], missing: records.length, failed: false, resolve, reject };
      for (const [index, record] of records.entries()) this.#queue.push({ call, index, record });
      if (!this.#isWriting) void this.#drain();
    });
  }

  /** Resolves when nothing is queued or in flight. */
  idle(): Promise<void> {
    return new Promise((resolve) => (this.#isWriting ? this.#idleWaiters.push(resolve) : resolve()));
  }

  async #drain(): Promise<void> {
    this.#isWriting = true;
    // What is added in this same turn still goes along.
    await Promise.resolve();
    for (let batch = this.#take(); batch.length > 0; batch = this.#take()) await this.#attempt(batch);
    this.#isWriting = false;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  #take(): readonly Entry[] {
    return takeHead(this.#queue, this.#limits);
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
