import type { ChainableCommander, Redis } from "ioredis";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Position, TopicPartition } from "#shared/contracts/log-record.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { addScript, luaFile, runPipeline, type ScriptArg } from "#shared/platform/redis/script.ts";

/** Writes fields of hashes and positions in one step; without hashes, positions alone. */
export const fencedApply = luaFile(import.meta.url, "./fenced-apply.lua");

/** A write to the place of a record: field, partition, offset, payload. */
export interface FencedWrite {
  readonly hash: string;
  readonly args: readonly ScriptArg[];
}

/** One call of `fenced-apply.lua`. */
export interface FencedCall {
  readonly state: string;
  /** The server that the call must reach; empty for any. */
  readonly server: string;
  readonly positions: readonly Position[];
  readonly writes: readonly FencedWrite[];
}

/** The field of a partition in the hash of positions. */
export function positionField({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

/** The next offset of each partition after these records. */
export function positionsAfter(records: readonly DecodedRecord<unknown>[]): readonly Position[] {
  const next = new Map<string, Position>();
  for (const { origin } of records) {
    const { topic, partition, offset } = origin;
    const field = positionField(origin);
    if ((next.get(field)?.offset ?? -1) <= offset) next.set(field, { topic, partition, offset: offset + 1 });
  }
  return [...next.values()];
}

/** Positions as arguments of a script: field and offset of each. */
export function positionArgs(positions: readonly Position[]): readonly ScriptArg[] {
  return positions.flatMap((position) => [positionField(position), position.offset]);
}

/** Puts a call into a pipeline that `runPipeline` sends with `fencedApply`. */
export function addFenced(pipeline: ChainableCommander, keys: RedisKeys, call: FencedCall): void {
  const { state, server, positions, writes } = call;
  addScript(pipeline, fencedApply, {
    keys: [keys.applied(state), ...writes.map(({ hash }) => hash)],
    args: [server, positions.length, ...positionArgs(positions), ...writes.flatMap(({ args }) => args)],
  });
}

/** Throws the retryable `COMMS_STATE_STALE` if a call reached another server than it named: then all is applied again there. */
export function refuseMoved(replies: readonly unknown[]): void {
  if (!replies.includes("moved")) return;
  throw new AppError("COMMS_STATE_STALE", "Another Redis server answers than the one that was checked", {
    retryable: true,
  });
}

/** Where positions are written. */
export interface AppliedClient {
  readonly redis: Redis;
  readonly keys: RedisKeys;
}

/** What was applied of a state whose data is written by other means, before this. */
interface AppliedRecords {
  readonly state: string;
  readonly server: string;
  readonly records: readonly DecodedRecord<unknown>[];
}

/**
 * Writes how far a state is applied, after its data: if another server has answered since the data was written, nothing is
 * written and all is applied again. Throws as `refuseMoved`.
 */
export async function writeApplied(
  { redis, keys }: AppliedClient,
  { state, server, records }: AppliedRecords,
): Promise<void> {
  const positions = positionsAfter(records);
  if (positions.length === 0) return;
  const call = { state, server, positions, writes: [] };
  refuseMoved(await runPipeline(redis, [fencedApply], (pipeline) => addFenced(pipeline, keys, call)));
}
