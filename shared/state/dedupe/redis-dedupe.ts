import type { Redis } from "ioredis";
import { channelName } from "#shared/domain/message/channel.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { addScript, luaFile, runPipeline } from "#shared/platform/redis/script.ts";
import { type Dedupe, type DedupeClaim, dedupeWindowMs, windowKey } from "./dedupe.ts";

const claim = luaFile(import.meta.url, "./claim.lua");

/** Claims that one call of the script makes at most; Redis serves nobody else meanwhile. */
const claims_per_call_max = 200;

/** What the window in Redis is made of. */
export interface RedisDedupeOptions {
  readonly redis: Redis;
  readonly keys: RedisKeys;
  /** Default `dedupe_window_ms`. */
  readonly windowMs?: number;
}

/** The name of the window's marker, and of its restorable. */
export const dedupeName = "dedupe";

/** The dedupe window in Redis, which keeps the time itself; `now` is not asked. Trusted once `dedupe` is restored. */
export function createRedisDedupe({ redis, keys, windowMs = dedupeWindowMs }: RedisDedupeOptions): Dedupe {
  const marker = keys.marker(dedupeName);
  return {
    claim: async (claims) => {
      if (claims.length === 0) return [];
      const replies = await runPipeline(redis, [claim], (pipeline) => {
        for (let start = 0; start < claims.length; start += claims_per_call_max) {
          const some = claims.slice(start, start + claims_per_call_max);
          const windows = some.map((each) => dedupeKey(keys, each));
          addScript(pipeline, claim, [marker, ...windows], [windowMs, ...some.map(({ msgId }) => msgId)]);
        }
      });
      return replies.flatMap(holdersIn);
    },
  };
}

/** Where the holder of a claim's key lies. */
export function dedupeKey(keys: RedisKeys, named: Omit<DedupeClaim, "msgId">): string {
  return keys.dedupe(named.tenantId, channelName(named.channel), windowKey(named));
}

function holdersIn(reply: unknown): readonly string[] {
  if (reply !== null) return reply as readonly string[];
  throw new AppError("COMMS_STATE_STALE", "The dedupe window is being restored from the log", { retryable: true });
}
