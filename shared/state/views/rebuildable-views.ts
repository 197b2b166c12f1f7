import type { Redis } from "ioredis";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { addScript, luaFile, runPipeline, type ScriptArg } from "#shared/platform/redis/script.ts";
import { type Placement, placements } from "./placement.ts";
import { applyTokens } from "./token-view.ts";
import type { RebuildableState } from "./views.ts";

const fencedApply = luaFile(import.meta.url, "./fenced-apply.lua");

/** Fields that one call of the script writes at most; Redis serves no other client meanwhile. */
const fieldsPerCallMax = 200;

const topics = {
  profiles: "comms.profiles",
  preferences: "comms.preferences",
  consents: "comms.consents",
  tokens: "comms.tokens",
  flags: "comms.flags",
  suppression: "comms.suppression",
} as const satisfies Readonly<Record<string, TopicName>>;

type ViewName = keyof typeof topics;

/** The six views of the compacted topics as rebuildable states; `createViews` reads them. */
export function createRebuildableViews(client: {
  readonly redis: Redis;
  readonly keys: RedisKeys;
}): readonly RebuildableState[] {
  const places = placements(client.keys);
  return (Object.keys(topics) as ViewName[]).map((name) => ({
    name,
    topics: [topics[name]],
    quarantineMs: 0,
    apply: (records) =>
      name === "tokens" ? applyTokens(client, records) : applyFenced(client.redis, records, places[name]),
  }));
}

interface Write {
  readonly hash: string;
  readonly args: readonly ScriptArg[];
}

/** Writes each record to its place unless a later one is there. Skips a record that has no place. */
async function applyFenced(
  redis: Redis,
  records: readonly DecodedRecord<unknown>[],
  placement: Placement,
): Promise<void> {
  const writes = records.flatMap((record) => writeOf(record, placement));
  if (writes.length === 0) return;
  await runPipeline(redis, [fencedApply], (pipeline) => {
    for (let start = 0; start < writes.length; start += fieldsPerCallMax) {
      const some = writes.slice(start, start + fieldsPerCallMax);
      const keys = some.map((write) => write.hash);
      addScript(pipeline, fencedApply, { keys, args: some.flatMap((write) => write.args) });
    }
  });
}

function writeOf(record: DecodedRecord<unknown>, placement: Placement): readonly Write[] {
  const place = placement(record);
  if (place === undefined) return [];
  const payload = record.value === null ? "" : JSON.stringify(record.value);
  return [{ hash: place.hash, args: [place.field, record.origin.partition, record.origin.offset, payload] }];
}
