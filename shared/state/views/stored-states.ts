import type { Redis } from "ioredis";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { execute } from "#shared/platform/redis/redis.ts";
import { type Marker, parseMarker } from "./marker.ts";
import type { RebuildableState } from "./views.ts";

/** What Redis has of one state, beside its data. */
export interface StoredState {
  readonly state: RebuildableState;
  readonly marker: Marker | undefined;
  /** The next offset of each partition, by `<topic>/<partition>`. */
  readonly applied: ReadonlyMap<string, number>;
  /** The log that it was filled from; undefined if nobody has said. */
  readonly log: string | undefined;
}

/** Where the states lie. */
export interface StoredStatesOptions {
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly states: readonly RebuildableState[];
}

/** The markers and applied positions of all states, in one trip. Throws the retryable `REDIS_UNAVAILABLE`. */
export async function storedStates({ redis, keys, states }: StoredStatesOptions): Promise<readonly StoredState[]> {
  const pipeline = redis.pipeline();
  for (const { name } of states) pipeline.get(keys.marker(name)).hgetall(keys.applied(name));
  const replies = await execute(pipeline);
  return states.map((state, index) => {
    const { log, ...fields } = replies[2 * index + 1] as Record<string, string>;
    const applied = new Map(Object.entries(fields).map(([field, offset]) => [field, Number(offset)]));
    return { state, marker: parseMarker(replies[2 * index]), applied, log };
  });
}
