import type { Redis } from "ioredis";
import type { Job } from "#shared/domain/outcome/job.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { execute } from "#shared/platform/redis/redis.ts";
import { serverIdOf } from "#shared/platform/redis/server-identity.ts";
import { isOn, parseMarker, redisInstant } from "./marker.ts";
import { agedViews } from "./rebuildable-views.ts";

/** Which views are watched, and what is too old. */
export interface ViewWatchOptions {
  readonly redis: Redis;
  readonly keys: RedisKeys;
  /** How old a view may be for what is not critical, ms. */
  readonly ageMsMax: number;
  /** How often, ms. Default 1,000. */
  readonly everyMs?: number;
  /** Receives the age of each view that may be trusted, in ms. Must not throw. */
  readonly report?: (view: string, ageMs: number) => void;
}

/**
 * Looks at the age of the views, whether there is a message or not, so that a stage on old views is not ready. Fails with the
 * retryable `COMMS_STATE_STALE` while one is too old or may not be trusted: the shell waits that out and says so.
 */
export function createViewWatch({ redis, keys, ageMsMax, everyMs = 1_000, report }: ViewWatchOptions): Job {
  return {
    name: "view age",
    run: async () => {
      const replies = await execute(redis.pipeline().time().mget(agedViews.map(keys.marker)));
      const server = await serverIdOf(redis);
      const now = redisInstant(replies[0]);
      const faults = agedViews.flatMap((view, index) => {
        const marker = parseMarker((replies[1] as readonly unknown[])[index]);
        if (marker === undefined || !isOn(marker, server)) return [`${view} is being restored`];
        const ageMs = Math.max(0, now - marker.as_of);
        report?.(view, ageMs);
        return ageMs > ageMsMax ? [`${view} is ${ageMs} ms old, bound ${ageMsMax} ms`] : [];
      });
      if (faults.length === 0) return everyMs;
      throw new AppError("COMMS_STATE_STALE", `Views: ${faults.join(", ")}`, { retryable: true });
    },
  };
}
