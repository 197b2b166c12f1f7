import type { Redis } from "ioredis";
import { AppError } from "#shared/platform/errors/app-error.ts";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { redisCall } from "#shared/platform/redis/redis.ts";
import { addScript, luaFile, runPipeline } from "#shared/platform/redis/script.ts";
import { serverIdOf } from "#shared/platform/redis/server-identity.ts";
import { isOn, parseMarker } from "../views/marker.ts";
import { type Dedupe, dedupeWindowMs } from "./dedupe.ts";
import { dedupeKey, holdsOf, writeHolds } from "./dedupe-holds.ts";

const claim = luaFile(import.meta.url, "./claim.lua");

/** Claims that one call of the script makes at most; Redis serves no other client meanwhile. */
const claimsPerCallMax = 200;

/** How far the clocks of a router and of Redis may be apart, ms, for a claim to be known as younger than a restoration. */
const clocksApartMsMax = 60_000;

/** The client and settings of the window in Redis. */
export interface RedisDedupeOptions {
  readonly redis: Redis;
  readonly keys: RedisKeys;
  /** How long a message holds its key, ms. Default `dedupeWindowMs`. */
  readonly windowMs?: number;
}

/** The name of the window's marker, and of its rebuildable state. */
export const dedupeName = "dedupe";

/** The dedupe window in Redis, which keeps the time itself: `now` is not used. Refuses to answer until it is restored. */
export function createRedisDedupe({ redis, keys, windowMs = dedupeWindowMs }: RedisDedupeOptions): Dedupe {
  const marker = keys.marker(dedupeName);
  return {
    claim: async (claims) => {
      if (claims.length === 0) return [];
      const asked = await serverIdOf(redis);
      const replies = await runPipeline(redis, [claim], (pipeline) => {
        for (let start = 0; start < claims.length; start += claimsPerCallMax) {
          const some = claims.slice(start, start + claimsPerCallMax);
          const windows = some.map((each) => dedupeKey(keys, each));
          addScript(pipeline, claim, {
            keys: [marker, ...windows],
            args: [windowMs, asked, ...some.map(({ msgId }) => msgId)],
          });
        }
      });
      // Sent on a new connection, the claims were compared with a marker that another server may have copied from this one.
      if ((await serverIdOf(redis)) !== asked) throw stateStale();
      return replies.flatMap(holdersIn);
    },
    keep: async (decisions, now) => {
      const holds = holdsOf(decisions, now, windowMs);
      if (holds.length === 0) return;
      const found = parseMarker(await redisCall(() => redis.get(marker)));
      const restoredAt = found && isOn(found, await serverIdOf(redis)) ? found.as_of : Number.POSITIVE_INFINITY;
      const isOld = holds.filter(({ decision }) => decision.recorded_at < restoredAt + clocksApartMsMax);
      await writeHolds({ redis, keys }, isOld);
    },
  };
}

function holdersIn(reply: unknown): readonly string[] {
  if (reply !== null) return reply as readonly string[];
  throw stateStale();
}

function stateStale(): AppError {
  return new AppError("COMMS_STATE_STALE", "The dedupe window is being restored from the log", { retryable: true });
}
