import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Flag } from "#shared/contracts/records.ts";
import { schemaOfTopic } from "#shared/contracts/schema-files.ts";
import { flagNames } from "#shared/domain/policy/flag-names.ts";
import { type Codec, createCodec } from "#shared/platform/avro/codec.ts";
import { subjectOf } from "#shared/platform/avro/registry.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { partitionOfKey } from "#shared/platform/kafka/partitioner.ts";
import { createContinuity } from "#shared/state/views/continuity.ts";
import { createFreshness } from "#shared/state/views/freshness.ts";
import { parseMarker } from "#shared/state/views/marker.ts";
import { createRebuildableViews } from "#shared/state/views/rebuildable-views.ts";
import { createViews } from "#shared/state/views/redis-views.ts";
import { createRestorer, type Restorer } from "#shared/state/views/restorer.ts";
import { readDecoded } from "#shared/state/views/topic-reader.ts";
import type { RebuildableState } from "#shared/state/views/views.ts";
import { createMemoryLog, type MemoryLog } from "#tests/fakes/log/memory-log.ts";
import { createMemoryRegistry } from "#tests/fakes/memory-registry.ts";
import { connectRedis, type TestRedis } from "#tests/support/redis.ts";

const prefix = "t.";
const topic = "t.comms.flags";
const start = Date.UTC(2026, 0, 5, 12);
const victim = Buffer.from("default/victim");
const never = new AbortController().signal;
const emit = async () => {};

/** Time passes only by being slept. */
function sleptClock(): Clock & { readonly slept: number[] } {
  let now = start;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    sleep: async (ms) => {
      now += ms;
      slept.push(ms);
    },
  };
}

let redis: TestRedis;
let log: MemoryLog;
let codec: Codec;
let clock: ReturnType<typeof sleptClock>;
let flags: RebuildableState;

beforeEach(async () => {
  redis = connectRedis();
  log = createMemoryLog({ partitions: 2 });
  clock = sleptClock();
  const registry = createMemoryRegistry();
  for (const name of ["comms.flags", "comms.profiles"] as const)
    await registry.register(subjectOf(prefix, name), schemaOfTopic(name));
  codec = createCodec({ registry, prefix });
  await codec.warm(["comms.flags"]);
  flags = createRebuildableViews(redis).find((each) => each.name === "flags") as RebuildableState;
});

afterEach(() => redis.close());

/** Flags of these short names; `version` tells the records of one name apart, null is a tombstone. */
async function write(name: string, version: string | null): Promise<void> {
  const producer = await log.producer();
  const key = flagNames.pauseTemplate(name);
  const set = { updated_at: start, tenant_id: null, expires_at: null };
  const flag: Flag = { name: key, value: "true", updated_by: version ?? "", ...set };
  await producer.send([{ topic, key, value: version === null ? null : codec.encode("comms.flags", flag) }]);
}

function restorerOf(...states: readonly RebuildableState[]): Restorer {
  return createRestorer({ ...redis, log, codec, clock, prefix, states: states, leaseMs: 3_000 });
}

async function look(restorer: Restorer): Promise<void> {
  for (const job of restorer.jobs) await job.run(clock.now(), emit, never);
}

async function seen(): Promise<Readonly<Record<string, string>>> {
  const { value } = await createViews(redis).flags();
  const prefixLength = flagNames.pauseTemplate("").length;
  return Object.fromEntries([...value].map(([name, flag]) => [name.slice(prefixLength), flag.updated_by]));
}

async function marker(name = "flags") {
  return parseMarker(await redis.redis.get(redis.keys.marker(name)));
}

describe("restoring a view", () => {
  it("reads the topic from its first record, also where it was compacted", async () => {
    await write("a", "1");
    await write("b", "1");
    await write("a", "2");
    await write("b", null);
    log.compact(topic);
    await look(restorerOf(flags));
    expect(await seen()).toEqual({ a: "2" });
    expect((await marker())?.as_of).toBeGreaterThan(Date.now() - 10_000);
  });

  it("looks for the markers of all in one trip a pass, and again after each restoration", async () => {
    const others = createRebuildableViews(redis).filter((each) => each.name !== "flags");
    const restorer = restorerOf(flags, ...others);
    const looks = () => mget.mock.calls.length;
    const mget = vi.spyOn(redis.redis, "mget");
    await look(restorer);
    expect(looks()).toBe(1 + others.length);
    await look(restorer);
    expect(looks()).toBe(2 + others.length);
    await clock.sleep(500);
    await redis.redis.del(redis.keys.marker("flags"));
    await write("a", "1");
    await look(restorer);
    expect(await seen()).toEqual({ a: "1" });
  });

  it("leaves a view alone whose marker is there", async () => {
    const restorer = restorerOf(flags);
    await look(restorer);
    const before = await marker();
    await write("a", "1");
    await look(restorer);
    expect(await seen()).toEqual({});
    expect(await marker()).toEqual(before);
  });

  it("happens again after a wipe, under another epoch", async () => {
    await write("a", "1");
    const restorer = restorerOf(flags);
    await look(restorer);
    const before = await marker();
    await redis.wipe();
    await expect(seen()).rejects.toMatchObject({ code: "COMMS_STATE_STALE" });
    await look(restorer);
    expect(await seen()).toEqual({ a: "1" });
    expect((await marker())?.epoch).not.toBe(before?.epoch);
  });
});

describe("restoring from records whose place or key is wrong", () => {
  const profiles = () => createRebuildableViews(redis).find((each) => each.name === "profiles") as RebuildableState;
  const profile = (userId: string) =>
    codec.encode("comms.profiles", { tenant_id: "default", user_id: userId, updated_at: start });
  const known = async (...userIds: readonly string[]) => {
    const { value } = await createViews(redis).persons(userIds.map((userId) => ({ tenantId: "default", userId })));
    return value.map((person) => person.profile?.user_id);
  };

  beforeEach(async () => {
    const topics = createRebuildableViews(redis).flatMap((each) => each.topics);
    await log.createTopics(topics.map((name) => ({ topic: prefix + name, partitions: 12, config: {} })));
    await codec.warm(["comms.profiles"]);
    await look(restorerOf(...createRebuildableViews(redis)));
  });

  it("leaves them out, so that a rebuild applies what the consumer applied", async () => {
    const wrong = [0, 1, 2].find(
      (each) => ![2, 6, 12].some((count) => partitionOfKey(victim, count) === each),
    ) as number;
    const producer = await log.producer();
    const at = { topic: "t.comms.profiles", key: victim };
    await producer.send([
      { ...at, value: profile("victim") },
      { ...at, value: null, partition: wrong },
      { topic: at.topic, key: "default/other", value: profile("victim") },
      { topic: at.topic, key: "nobody", value: profile("nobody") },
    ]);
    await restorerOf(profiles()).rebuild(["profiles"], never);
    expect(await known("victim", "other", "nobody")).toEqual(["victim", undefined, undefined]);
  });

  it("keeps what lies where the contract's partitions put it: the topic has grown", async () => {
    const before = partitionOfKey(victim, 6);
    const producer = await log.producer();
    await producer.send([{ topic: "t.comms.profiles", key: victim, value: profile("victim"), partition: before }]);
    await restorerOf(profiles()).rebuild(["profiles"], never);
    expect(await known("victim")).toEqual(["victim"]);
  });
});

describe("restoring a view while something else happens", () => {
  it("notices a second wipe while it is under way", async () => {
    for (let index = 0; index < 5; index++) await write(`f${index}`, "1");
    let wipes = 1;
    const wiping: RebuildableState = {
      ...flags,
      apply: async (records, now) => {
        await flags.apply(records, now);
        if (wipes-- > 0) await redis.wipe();
      },
    };
    const restorer = restorerOf(wiping);
    await look(restorer);
    expect(await marker()).toBeUndefined();
    await look(restorer);
    expect(Object.keys(await seen())).toHaveLength(5);
  });

  it("passes over what cannot be decoded", async () => {
    const producer = await log.producer();
    await producer.send([{ topic, key: "p", value: Buffer.from("nonsense") }]);
    await write("a", "1");
    await look(restorerOf(flags));
    expect(await seen()).toEqual({ a: "1" });
  });

  it("is done by one of two that look at the same time", async () => {
    await write("a", "1");
    let applied = 0;
    const counting: RebuildableState = {
      ...flags,
      apply: async (records, now) => {
        applied += records.length;
        await flags.apply(records, now);
      },
    };
    await Promise.all([look(restorerOf(counting)), look(restorerOf(counting))]);
    expect(applied).toBe(1);
    expect(await seen()).toEqual({ a: "1" });
  });

  it("gives its lock back when the log fails, so that the next look succeeds", async () => {
    await write("a", "1");
    const restorer = restorerOf(flags);
    const original = log.readToEnd;
    log.readToEnd = () => {
      throw new Error("broken");
    };
    await expect(look(restorer)).rejects.toThrow("broken");
    log.readToEnd = original;
    await look(restorer);
    expect(await seen()).toEqual({ a: "1" });
  });
});

describe("quarantine", () => {
  const sensitive = (more: Partial<RebuildableState> = {}): RebuildableState => ({
    ...flags,
    quarantineMs: 10_000,
    ...more,
  });

  it("passes before anything is read, and the lock outlives it", async () => {
    await look(restorerOf(sensitive()));
    expect(clock.slept.reduce((a, b) => a + b, 0)).toBe(10_000);
    expect(await marker()).toBeDefined();
  });

  it("is spared while the topics that could have been forgotten are empty, and only then", async () => {
    await look(restorerOf(sensitive({ quarantineFor: ["comms.flags"] })));
    expect(clock.slept).toEqual([]);
    await redis.wipe();
    await write("a", "1");
    await look(restorerOf(sensitive({ quarantineFor: ["comms.flags"] })));
    expect(clock.slept).not.toEqual([]);
  });
});

describe("rebuild", () => {
  it("repairs a view that differs from the log, and reports what it read", async () => {
    await write("a", "1");
    const restorer = restorerOf(flags);
    await look(restorer);
    const [[key, field] = ["", ""]] = Object.entries(await redis.redis.hgetall(redis.keys.flags()));
    await redis.redis.hset(redis.keys.flags(), key, field.replace('"updated_by":"1"', '"updated_by":"9"'));
    expect(await seen()).toEqual({ a: "9" });
    const results = await restorer.rebuild(["flags"], never);
    expect(results).toMatchObject([{ name: "flags", result: "restored", records: 1 }]);
    expect(await seen()).toEqual({ a: "1" });
  });

  it("refuses a name that it does not know", async () => {
    await expect(restorerOf(flags).rebuild(["flag"], never)).rejects.toThrow(
      "Nothing named flag can be rebuilt; there are flags",
    );
  });
});

const groupId = "t.comms.materializer";

/** One process of the materializer without its shell: a record is applied when the test says so. */
function aMaterializer(states: readonly RebuildableState[] = [flags]) {
  const behind: string[] = [];
  const common = { ...redis, log, clock, prefix, groupId, states };
  const continuity = createContinuity({ ...common, report: { behind: (name) => behind.push(name) } });
  const freshness = createFreshness({ ...common, continuity });
  const run = () => freshness.run(clock.now(), emit, never);
  const applyAll = async () => {
    const server = await continuity.server();
    for await (const batch of readDecoded({ log, codec, prefix }, ["comms.flags"])) {
      await flags.apply(batch, clock.now(), server);
      continuity.note(batch);
    }
  };
  return { continuity, run, applyAll, behind };
}

async function commitAll(): Promise<void> {
  const consumer = await log.consumer({ groupId, topics: [topic] });
  const assigned = new Promise<number>((resolve) => {
    void consumer.start({
      assigned: (_p, generation) => resolve(generation),
      revoking() {},
      records() {},
      crashed() {},
    });
  });
  const generation = await assigned;
  const ends = (await log.offsets([topic])).map((each) => ({ ...each, offset: each.high }));
  await consumer.commit(ends, generation);
  await consumer.close();
}

/** Makes the marker old, as if nobody had stamped it for so long. */
async function age(ms: number): Promise<void> {
  const text = await redis.redis.get(redis.keys.marker("flags"));
  const old = { ...JSON.parse(text ?? "{}"), as_of: Date.now() - ms };
  await redis.redis.set(redis.keys.marker("flags"), JSON.stringify(old));
}

const ageMs = async () => (await createViews(redis).flags()).ageMs;

/** As a snapshot does it: everything is there, and the server is another run. */
async function moveToAnotherServer(): Promise<void> {
  const text = JSON.stringify({ ...(await marker()), server: "anotherrun" });
  await redis.redis.set(redis.keys.marker("flags"), text);
}

async function everyRecord(): Promise<readonly DecodedRecord<unknown>[]> {
  const all: DecodedRecord<unknown>[] = [];
  for await (const batch of readDecoded({ log, codec, prefix }, ["comms.flags"])) all.push(...batch);
  return all;
}

describe("freshness, by the clock of Redis", () => {
  it("moves on while everything written is applied, also where nothing is written for long", async () => {
    await look(restorerOf(flags));
    const { run, applyAll } = aMaterializer();
    await age(30_000);
    await write("a", "1");
    await run();
    expect(await ageMs()).toBeGreaterThan(29_000);
    await applyAll();
    await run();
    expect(await ageMs()).toBeLessThan(2_000);
    await age(30_000);
    await run();
    expect(await ageMs()).toBeLessThan(2_000);
  });

  it("moves to the instant at which the reached ends were captured, while the topic grows", async () => {
    await look(restorerOf(flags));
    const { run, applyAll } = aMaterializer();
    await age(30_000);
    await write("a", "1");
    await run();
    await applyAll();
    await write("a", "2");
    await run();
    expect(await ageMs()).toBeLessThan(2_000);
  });

  it("never brings a wiped marker back", async () => {
    await aMaterializer().run();
    expect(await marker()).toBeUndefined();
  });
});

describe("continuity: what Redis has, against the log", () => {
  it("passes what cannot be decoded, once it is committed, and no view is behind for it", async () => {
    await look(restorerOf(flags));
    const { run, behind, continuity } = aMaterializer();
    const producer = await log.producer();
    await producer.send([{ topic, key: "p", value: Buffer.from("nonsense") }]);
    await age(30_000);
    await run();
    expect(await ageMs()).toBeGreaterThan(29_000);
    await commitAll();
    await run();
    expect(await ageMs()).toBeLessThan(2_000);
    await moveToAnotherServer();
    await aMaterializer().continuity.server();
    await continuity.server();
    expect(behind).toEqual([]);
  });

  it("trusts a view on another server when it has looked at it for two seconds, and lacks nothing", async () => {
    await write("a", "1");
    await look(restorerOf(flags));
    await commitAll();
    await moveToAnotherServer();
    const { run, behind } = aMaterializer();
    await run();
    await expect(seen()).rejects.toMatchObject({ code: "COMMS_STATE_STALE" });
    await clock.sleep(2_000);
    await run();
    expect(await seen()).toEqual({ a: "1" });
    expect(behind).toEqual([]);
  });

  it.each([
    ["committed", true],
    ["applied by this process and not committed", false],
  ])("does not trust a view that lacks what was %s: it is restored", async (_, isCommitted) => {
    await write("a", "1");
    const restorer = restorerOf(flags);
    await look(restorer);
    const process = aMaterializer();
    const snapshot = await redis.redis.hgetall(redis.keys.applied("flags"));
    await write("b", "1");
    await process.applyAll();
    if (isCommitted) await commitAll();
    await redis.redis.del(redis.keys.applied("flags"));
    await redis.redis.hset(redis.keys.applied("flags"), snapshot);
    await redis.redis.hdel(redis.keys.flags(), flagNames.pauseTemplate("b"));
    await moveToAnotherServer();
    const looking = aMaterializer();
    if (!isCommitted) looking.continuity.note(await everyRecord());
    await looking.continuity.server();
    expect(looking.behind).toEqual(["flags"]);
    expect(await marker()).toBeUndefined();
    await look(restorer);
    expect(await seen()).toEqual({ a: "1", b: "1" });
  });

  it("removes what another log has left, whose offsets would fence this one's", async () => {
    for (const value of ["1", "2", "3"]) await write("a", value);
    const restorer = restorerOf(flags);
    await look(restorer);
    await redis.redis.hset(redis.keys.applied("flags"), "log", "another");
    log = createMemoryLog({ partitions: 2 });
    await write("a", "first of the new log");
    const { continuity, behind } = aMaterializer();
    await continuity.server();
    expect(behind).toEqual(["flags"]);
    expect(await redis.redis.keys(`${redis.prefix}*`)).toEqual([]);
    await look(restorerOf(flags));
    expect(await seen()).toEqual({ a: "first of the new log" });
  });
});
