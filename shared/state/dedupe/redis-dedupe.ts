import type { Redis } from "ioredis";
import { channelName } from "#shared/domain/message/channel.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { addScript, luaFile, runPipeline } from "#shared/platform/redis/script.ts";
import { serverIdOf } from "#shared/platform/redis/server-identity.ts";
import { type Dedupe, type DedupeClaim, dedupeWindowMs, windowKey } from "./dedupe.ts";

const claim = luaFile(import.meta.url, "./claim.lua");

/** Claims that one call of the script makes at most; Redis serves no other client meanwhile. */
const claimsPerCallMax = 200;

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
      return replies.flatMap(holdersIn);
    },
  };
}

/** The Redis key under which the holder of a claim's dedupe key is stored. */
export function dedupeKey(keys: RedisKeys, claim: Omit<DedupeClaim, "msgId">): string {
  return keys.dedupe(claim.tenantId, channelName(claim.channel), windowKey(claim));
}

function holdersIn(reply: unknown): readonly string[] {
  if (reply !== null) return reply as readonly string[];
  throw new AppError("COMMS_STATE_STALE", "The dedupe window is being restored from the log", { retryable: true });
}
