import type { Redis } from "ioredis";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { redisCall } from "#shared/platform/redis/redis.ts";
import { personFields } from "./person-fields.ts";

const keysPerScan = 1_000;

/** Which fields of a person's hash a view has written. */
const ownFields: Readonly<Record<string, (field: string) => boolean>> = {
  profiles: (field) => field === personFields.profile,
  preferences: (field) => field === personFields.preference,
  consents: (field) => field.startsWith("consent:"),
  tokens: (field) => field.startsWith("token:"),
};

/** The keys of a view that has some of its own. */
const ownKeys: Readonly<Record<string, (keys: RedisKeys) => string>> = {
  suppression: (keys) => keys.suppression("*", "*", "*"),
  cancellations: (keys) => keys.cancellation("*", "*"),
};

/**
 * Removes a view's marker, then every field of it, with the fences that keep older records out; its topic begins at offset
 * zero again. Readers wait until the view is restored. Nothing may write to it meanwhile. Throws `REDIS_UNAVAILABLE` (retryable).
 */
export async function clearView(
  { redis, keys }: { readonly redis: Redis; readonly keys: RedisKeys },
  name: string,
): Promise<void> {
  await redisCall(() => redis.del(keys.marker(name)));
  const isOwn = ownFields[name];
  if (isOwn !== undefined) return clearFields(redis, keys.person("*", "*"), isOwn);
  const pattern = ownKeys[name]?.(keys) ?? keys.flags();
  for await (const found of scan(redis, pattern)) await redisCall(() => redis.unlink(...found));
}

async function clearFields(redis: Redis, pattern: string, isOwn: (field: string) => boolean): Promise<void> {
  for await (const hashes of scan(redis, pattern)) {
    for (const hash of hashes) {
      const fields = (await redisCall(() => redis.hkeys(hash))).filter(isOwn);
      if (fields.length > 0) await redisCall(() => redis.hdel(hash, ...fields));
    }
  }
}

/** Every key that the pattern names, some more than once; no empty list. */
async function* scan(redis: Redis, pattern: string): AsyncGenerator<readonly string[]> {
  let cursor = "0";
  do {
    const [next, found] = await redisCall(() => redis.scan(cursor, "MATCH", pattern, "COUNT", keysPerScan));
    cursor = next;
    if (found.length > 0) yield found;
  } while (cursor !== "0");
}
