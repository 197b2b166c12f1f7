import { randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import { type RedisKeys, redisKeys } from "#shared/platform/redis/keys.ts";
import { createRedis } from "#shared/platform/redis/redis.ts";
import { addresses } from "./addresses.ts";

export interface TestRedis {
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly prefix: string;
  /** What FLUSHALL would do to this test, and to no other that shares the server. */
  wipe(): Promise<void>;
  /** Wipes and disconnects. */
  close(): Promise<void>;
}

/** The stack's Redis under a key prefix of the test's own. */
export function connectRedis(): TestRedis {
  const prefix = `t${randomBytes(6).toString("hex")}:`;
  const redis = createRedis(addresses().redis.url);
  const wipe = () => deletePrefix(redis, prefix);
  const close = async () => {
    await wipe();
    redis.disconnect();
  };
  return { redis, keys: redisKeys(prefix), prefix, wipe, close };
}

/** In one step as FLUSHALL does it, so that no writer sees half of it. */
async function deletePrefix(redis: Redis, prefix: string): Promise<void> {
  const lua = "local k = redis.call('KEYS', ARGV[1] .. '*') for i = 1, #k do redis.call('DEL', k[i]) end return #k";
  await redis.eval(lua, 0, prefix);
}
