import type { Redis } from "ioredis";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import type { RedisKeys } from "#shared/platform/redis/keys.ts";
import { runPipeline } from "#shared/platform/redis/script.ts";
import {
  addFenced,
  type FencedWrite,
  fencedApply,
  positionsAfter,
  refuseMoved,
  writeApplied,
} from "./applied-positions.ts";
import { type Placement, placements } from "./placement.ts";
import { applyTokens } from "./token-view.ts";
import type { RebuildableState } from "./views.ts";

/** Records that one call of the script writes at most; Redis serves no other client meanwhile. */
const recordsPerCallMax = 200;

const topics = {
  profiles: "comms.profiles",
  preferences: "comms.preferences",
  consents: "comms.consents",
  tokens: "comms.tokens",
  flags: "comms.flags",
  suppression: "comms.suppression",
  cancellations: "comms.cancellations",
} as const satisfies Readonly<Record<string, TopicName>>;

type ViewName = keyof typeof topics;

/** The views by name; readers ask how old each is. */
export const agedViews: readonly string[] = Object.keys(topics);

/** The seven views of the compacted topics as rebuildable states; `createViews` reads them. */
export function createRebuildableViews(client: {
  readonly redis: Redis;
  readonly keys: RedisKeys;
}): readonly RebuildableState[] {
  const places = placements(client.keys);
  return (Object.keys(topics) as ViewName[]).map((name) => ({
    name,
    topics: [topics[name]],
    quarantineMs: 0,
    hasAge: true,
    apply: async (records, _now, server = "") => {
      if (name !== "tokens") return applyFenced(client, records, { name, server, placement: places[name] });
      await applyTokens(client, records);
      await writeApplied(client, { state: name, server, records });
    },
  }));
}

interface Target {
  readonly name: ViewName;
  readonly server: string;
  readonly placement: Placement;
}

/** Writes each record to its place unless a later one is there. Only counts a record that has no place. */
async function applyFenced(
  { redis, keys }: { readonly redis: Redis; readonly keys: RedisKeys },
  records: readonly DecodedRecord<unknown>[],
  { name, server, placement }: Target,
): Promise<void> {
  if (records.length === 0) return;
  const replies = await runPipeline(redis, [fencedApply], (pipeline) => {
    for (let start = 0; start < records.length; start += recordsPerCallMax) {
      const some = records.slice(start, start + recordsPerCallMax);
      const writes = some.flatMap((record) => writeOf(record, placement));
      addFenced(pipeline, keys, { state: name, server, positions: positionsAfter(some), writes });
    }
  });
  refuseMoved(replies);
}

function writeOf(record: DecodedRecord<unknown>, placement: Placement): readonly FencedWrite[] {
  const place = placement(record);
  if (place === undefined) return [];
  const payload = record.value === null ? "" : JSON.stringify(record.value);
  return [{ hash: place.hash, args: [place.field, record.origin.partition, record.origin.offset, payload] }];
}
