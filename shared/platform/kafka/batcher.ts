import type { OutRecord, Position } from "#shared/contracts/log-record.ts";
import { codeOf } from "../errors/app-error.ts";
import { slot } from "./assignment.ts";
import { recordSize } from "./record-size.ts";

/** A record whose partition is chosen. */
export type PlacedRecord = OutRecord & { readonly partition: number };

/** Writes a batch and gives the position of each record in its order. */
export type WriteBatch = (batch: readonly PlacedRecord[]) => Promise<readonly Position[]>;

/** Bounds of one write. Kafka bounds what it takes for one partition at once, so that is bounded apart. */
export interface BatchLimits {
  readonly records: number;
  readonly bytes: number;
  readonly partitionBytes: number;
}

const usualLimits: BatchLimits = { records: 1_000, bytes: 8_000_000, partitionBytes: 1_000_000 };

/** Puts the sends of many callers together into writes. */
export interface Batcher {
  /** Resolves when all of the records are written; rejects when a write with one of them fails. */
  add(records: readonly PlacedRecord[]): Promise<readonly Position[]>;
  /** Resolves when nothing is queued or in flight. */
  idle(): Promise<void>;
}

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
 * Exactly one write outstanding; what is added meanwhile goes together in the next. Never a timer: the first record of
 * an idle batcher is written at once. The order within a partition is the order of the calls.
 */
export function createBatcher(write: WriteBatch, limits: BatchLimits = usualLimits): Batcher {
  const queue: Entry[] = [];
  const idlers: (() => void)[] = [];
  let writing = false;

  function add(records: readonly PlacedRecord[]): Promise<readonly Position[]> {
    if (records.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const call: Call = { positions: [], missing: records.length, failed: false, resolve, reject };
      for (const [index, record] of records.entries()) queue.push({ call, index, record });
      if (!writing) void drain();
    });
  }

  async function drain(): Promise<void> {
    writing = true;
    // What is added in this same turn still goes along.
    await Promise.resolve();
    for (let batch = take(queue, limits); batch.length > 0; batch = take(queue, limits)) await attempt(batch);
    writing = false;
    for (const resolve of idlers.splice(0)) resolve();
  }

  async function attempt(batch: readonly Entry[]): Promise<void> {
    try {
      settle(batch, await write(batch.map((entry) => entry.record)));
    } catch (error) {
      if (codeOf(error) === "KAFKA_RECORD_TOO_LARGE" && batch.length > 1) await attemptHalves(batch);
      else for (const { call } of batch) fail(call, error);
    }
  }

  /** One record too large must not fail the calls that it happened to travel with. */
  async function attemptHalves(batch: readonly Entry[]): Promise<void> {
    const middle = batch.length >>> 1;
    for (const half of [batch.slice(0, middle), batch.slice(middle)]) {
      const wanted = half.filter((entry) => !entry.call.failed);
      if (wanted.length > 0) await attempt(wanted);
    }
  }

  return {
    add,
    idle: () => new Promise((resolve) => (writing ? idlers.push(resolve) : resolve())),
  };
}

/** The longest head of the queue within the limits, but at least one record. Records of failed calls are dropped. */
function take(queue: Entry[], limits: BatchLimits): readonly Entry[] {
  const partitions = new Map<string, number>();
  const batch: Entry[] = [];
  let bytes = 0;
  let taken = 0;
  for (; taken < queue.length && batch.length < limits.records; taken += 1) {
    const entry = queue[taken];
    if (entry === undefined || entry.call.failed) continue;
    const size = recordSize(entry.record);
    const inPartition = (partitions.get(slot(entry.record)) ?? 0) + size;
    bytes += size;
    if (batch.length > 0 && (bytes > limits.bytes || inPartition > limits.partitionBytes)) break;
    partitions.set(slot(entry.record), inPartition);
    batch.push(entry);
  }
  queue.splice(0, taken);
  return batch;
}

function settle(batch: readonly Entry[], positions: readonly Position[]): void {
  for (const [at, { call, index }] of batch.entries()) {
    const position = positions[at];
    if (position === undefined) throw new Error("A write gave fewer positions than records");
    call.positions[index] = position;
    call.missing -= 1;
    if (call.missing === 0) call.resolve(call.positions);
  }
}

function fail(call: Call, error: unknown): void {
  call.failed = true;
  call.reject(error);
}
