import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Token } from "#shared/contracts/records.ts";
import { parseTokenKey } from "#shared/domain/message/record-keys.ts";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { addScript, luaFile, runPipeline, type ScriptArg } from "#shared/platform/redis/script.ts";
import { personFields } from "./person-fields.ts";

const tokenApply = luaFile(import.meta.url, "./token-apply.lua");

/** Records that one call of the script applies at most; Redis serves no other client meanwhile. */
const recordsPerCallMax = 200;

/**
 * How long a removed token is remembered, ms: no record from before its tombstone comes again after it. Compaction has
 * taken those out of the topic within seven days.
 */
const fenceMs = 30 * 24 * 3_600_000;

/** The client, and the names of its keys. */
interface RedisClient {
  readonly redis: Redis;
  readonly keys: RedisKeys;
}

/**
 * Writes each token to the person who registered it last, and takes it from the one before: one device never shows what
 * is meant for two (decision 35). A tombstone removes the token that its key names, whoever has it. Skips a record whose
 * key or token names nothing. Throws the retryable `REDIS_UNAVAILABLE`; then call it again with the same records.
 */
export async function applyTokens(
  { redis, keys }: RedisClient,
  records: readonly DecodedRecord<unknown>[],
): Promise<void> {
  const writes = records.flatMap((record) => writeOf(record, keys));
  if (writes.length === 0) return;
  await runPipeline(redis, [tokenApply], (pipeline) => {
    for (let start = 0; start < writes.length; start += recordsPerCallMax) {
      const some = writes.slice(start, start + recordsPerCallMax);
      const args = some.flatMap((write) => write.args);
      addScript(pipeline, tokenApply, { keys: some.flatMap((write) => write.keys), args: [fenceMs, ...args] });
    }
  });
}

interface Write {
  readonly keys: readonly [owner: string, person: string];
  readonly args: readonly ScriptArg[];
}

function writeOf({ value, origin }: DecodedRecord<unknown>, keys: RedisKeys): readonly Write[] {
  const record = value as Token | null;
  const name = record
    ? { tenantId: record.tenant_id, token: record.token }
    : parseTokenKey(origin.key?.toString("utf8") ?? "");
  if (!name?.token) return [];
  const digest = createHash("sha256").update(name.token).digest("base64url");
  const owner = keys.pushToken(name.tenantId, digest);
  const person = record ? keys.person(record.tenant_id, record.user_id) : owner;
  const payload = record ? JSON.stringify(record) : "";
  return [{ keys: [owner, person], args: [personFields.token(digest), origin.partition, origin.offset, payload] }];
}
