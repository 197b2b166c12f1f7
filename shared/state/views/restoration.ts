import { randomUUID } from "node:crypto";
import type { Position } from "#shared/contracts/log-record.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { redisCall } from "#shared/platform/redis/redis.ts";
import { serverIdOf } from "#shared/platform/redis/server-identity.ts";
import { positionField } from "./applied-positions.ts";
import { redisInstant } from "./marker.ts";
import { createRestoreLock, type RestoreLock, type RestoreLockOptions } from "./restore-lock.ts";
import { storedStates } from "./stored-states.ts";
import { readDecoded, type TopicReader } from "./topic-reader.ts";
import type { RebuildableState } from "./views.ts";

/** What one restoration needs. */
export interface RestorationOptions extends TopicReader, RestoreLockOptions {}

/** The result of one restoration. */
export interface Restoration {
  readonly name: string;
  /** `elsewhere`: another process restores it. `interrupted`: Redis was wiped meanwhile, or the signal aborted. */
  readonly result: "restored" | "elsewhere" | "interrupted";
  readonly records: number;
  readonly elapsedMs: number;
}

/**
 * Restores a state from the log and sets its marker, unless another process restores it. A second wipe during the
 * restoration removes the lock; then the marker stays away, and the next check of it starts again. A state that is written ahead
 * and has a marker, so that no wipe took a part of it, is read from its applied positions on; any other from the first record.
 */
export async function restore(
  options: RestorationOptions,
  state: RebuildableState,
  signal: AbortSignal,
): Promise<Restoration> {
  const { clock, redis, log } = options;
  const began = clock.now();
  const server = await serverIdOf(redis);
  const lock = createRestoreLock(options, state.name);
  const end = (result: Restoration["result"], records: number): Restoration => {
    return { name: state.name, result, records, elapsedMs: clock.now() - began };
  };
  if (!(await lock.take())) return end("elsewhere", 0);
  try {
    const guard = { lock, signal };
    if (!(await waitFor(await quarantineOf(options, state), clock, guard))) return end("interrupted", 0);
    const asOf = redisInstant(await redisCall(() => redis.time()));
    const positions = await endsOf(options, state);
    const from = await startOf(options, state, positions);
    const records = await replay(options, state, { ...guard, server, from });
    const marker = { epoch: randomUUID(), as_of: asOf, server };
    const isDone = records !== undefined && (await lock.finish({ marker, positions, log: await log.identity() }));
    return end(isDone ? "restored" : "interrupted", records ?? 0);
  } finally {
    await lock.release();
  }
}

/** What a restoration goes on under: it ends if the lock is lost or the signal aborts. */
interface Guard {
  readonly lock: RestoreLock;
  readonly signal: AbortSignal;
}

/** The ends before the topics are read: all below them is applied when the reading has ended. */
async function endsOf({ log, prefix }: TopicReader, state: RebuildableState): Promise<readonly Position[]> {
  const offsets = await log.offsets(state.topics.map((topic) => `${prefix}${topic}`));
  return offsets.map(({ topic, partition, high }) => ({ topic, partition, offset: high }));
}

/**
 * Where the reading begins: the applied positions, or nothing for the first record. Positions of another log, or of a longer
 * one, say nothing of this.
 */
async function startOf(
  { redis, keys, log }: RestorationOptions,
  state: RebuildableState,
  ends: readonly Position[],
): Promise<readonly Position[]> {
  const [stored] = await storedStates({ redis, keys, states: [state] });
  if (!state.isWrittenAhead || stored?.marker === undefined) return [];
  const from = ends.map((end) => ({ ...end, offset: stored.applied.get(positionField(end)) ?? 0 }));
  const isOfThisLog =
    stored.log === (await log.identity()) && from.every((at, i) => at.offset <= (ends[i]?.offset ?? 0));
  return isOfThisLog ? from : [];
}

async function quarantineOf({ log, prefix }: TopicReader, state: RebuildableState): Promise<number> {
  if (state.quarantineFor === undefined || state.quarantineMs === 0) return state.quarantineMs;
  const offsets = await log.offsets(state.quarantineFor.map((topic) => `${prefix}${topic}`));
  return offsets.every(({ high }) => high === 0) ? 0 : state.quarantineMs;
}

/** Waits in steps short enough to keep the lock; false if the lock was lost or the signal aborted. */
async function waitFor(waitMs: number, clock: Clock, { lock, signal }: Guard): Promise<boolean> {
  const until = clock.now() + waitMs;
  for (;;) {
    const leftMs = until - clock.now();
    if (leftMs <= 0) return !signal.aborted;
    await clock.sleep(Math.min(leftMs, lock.leaseMs / 3), signal);
    if (signal.aborted || !(await lock.renew())) return false;
  }
}

/** Applies every record up to the captured ends. Their number; undefined if the lock was lost or the signal aborted. */
async function replay(
  options: RestorationOptions,
  state: RebuildableState,
  { lock, signal, server, from }: Guard & { readonly server: string; readonly from: readonly Position[] },
) {
  let records = 0;
  for await (const batch of readDecoded(options, state.topics, { signal, from })) {
    await state.apply(batch, options.clock.now(), server);
    records += batch.length;
    if (!(await lock.renew())) return undefined;
  }
  return signal.aborted ? undefined : records;
}
