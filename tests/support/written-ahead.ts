import { readFileSync } from "node:fs";
import type { Decision, Feedback } from "#shared/contracts/records.ts";
import { schemaOfTopic } from "#shared/contracts/schema-files.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import { loggedResultOf } from "#shared/domain/delivery/logged-result.ts";
import { type Codec, createCodec } from "#shared/platform/avro/codec.ts";
import { subjectOf } from "#shared/platform/avro/registry.ts";
import { createRebuildableDedupe } from "#shared/state/dedupe/rebuildable-dedupe.ts";
import { createRedisDedupe } from "#shared/state/dedupe/redis-dedupe.ts";
import { leaseMs } from "#shared/state/ledger/ledger.ts";
import { createRebuildableLedger } from "#shared/state/ledger/rebuildable-ledger.ts";
import { createRedisLedger } from "#shared/state/ledger/redis-ledger.ts";
import type { RebuildableState } from "#shared/state/views/views.ts";
import { createMemoryRegistry } from "#tests/fakes/memory-registry.ts";
import type { TestRedis } from "./redis.ts";

/** A state that is written ahead, and the three steps of a message in it; each message has a key and an entry of its own. */
export interface WrittenAhead {
  readonly state: RebuildableState;
  readonly topic: TopicName;
  /** What the writer does before its record is on the log. Throws `COMMS_STATE_STALE` where the state may not be trusted. */
  write(id: string): Promise<void>;
  readonly record: (id: string) => object;
  /** What the writer does when the log holds the record. */
  keep(id: string): Promise<void>;
  /** Whether the state knows the message. Throws as `write` does. */
  knows(id: string): Promise<boolean>;
}

function example(topic: TopicName, file: string): unknown {
  const url = new URL(`../../schemas/examples/${topic}/${file}`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8"));
}

/** The dedupe window: a claim before the decision, and one more look after it. */
export function dedupeAhead(redis: TestRedis): WrittenAhead {
  const dedupe = createRedisDedupe(redis);
  const passed = example("comms.decisions", "passed.json") as Decision;
  const record = (id: string): Decision => ({ ...passed, msg_id: id, dedupe_key: id, recorded_at: Date.now() });
  const claim = (id: string, msgId: string) => {
    const { tenant_id: tenantId, user_id: userId, channel } = passed;
    return dedupe.claim([{ tenantId, userId, channel, key: id, msgId }], Date.now());
  };
  return {
    state: createRebuildableDedupe(redis),
    topic: "comms.decisions",
    write: async (id) => void (await claim(id, id)),
    record,
    keep: (id) => dedupe.keep([record(id)], Date.now()),
    knows: async (id) => (await claim(id, "another"))[0] === id,
  };
}

/** The ledger: the result of a call before its feedback, and that it is on the log after it. */
export function ledgerAhead(redis: TestRedis): WrittenAhead {
  const ledger = createRedisLedger(redis.redis, redis.keys);
  const sent = example("comms.feedback", "sent.json") as Feedback;
  const record = (id: string): Feedback => ({ ...sent, msg_id: id, attempt: 1, recorded_at: Date.now() });
  return {
    state: createRebuildableLedger(ledger, redis),
    topic: "comms.feedback",
    write: async (id) => {
      const now = Date.now();
      const claim = { msgId: id, owner: `owner of ${id}` };
      const budget = { account: "test", limits: { rate: 1_000, burst: 1_000, reserve: 0 }, calls: 1, critical: false };
      await ledger.begin({ ...claim, attempt: 1, leaseMs, now, resend: false, budget });
      await ledger.record(claim, { state: "sent", attempt: 1, note: "{}" }, now);
    },
    record,
    keep: (id) => ledger.reconcile([loggedResultOf(record(id)) ?? []].flat(), Date.now()),
    knows: async (id) => (await ledger.peek([{ msgId: id, attempt: 1 }], Date.now()))[0]?.kind === "sent",
  };
}

/** A codec with the schemas of these topics, in memory. */
export async function codecOf(prefix: string, topics: readonly TopicName[]): Promise<Codec> {
  const registry = createMemoryRegistry();
  for (const topic of topics) await registry.register(subjectOf(prefix, topic), schemaOfTopic(topic));
  const codec = createCodec({ registry, prefix });
  await codec.warm(topics);
  return codec;
}

/** Every key of the test as a snapshot holds it; calling it brings them back, and nothing else. */
export async function snapshotOf({ redis, prefix, wipe }: TestRedis): Promise<() => Promise<void>> {
  const keys = await redis.keys(`${prefix}*`);
  const stored = await Promise.all(
    keys.map(async (key) => ({ key, bytes: await redis.dumpBuffer(key), leftMs: await redis.pttl(key) })),
  );
  return async () => {
    await wipe();
    for (const { key, bytes, leftMs } of stored) {
      if (bytes !== null) await redis.restore(key, Math.max(0, leftMs), bytes, "REPLACE");
    }
  };
}
