import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { createMaterializer } from "#processors/materializer/processor.ts";
import type { Profile } from "#shared/contracts/records.ts";
import { groupOf } from "#shared/contracts/topics.ts";
import { personKey } from "#shared/domain/message/id.ts";
import { systemClock } from "#shared/platform/clock/clock.ts";
import { createKafkajsLog } from "#shared/platform/kafka/kafkajs-log.ts";
import { createCompactedCheck } from "#shared/platform/kafka/key-places.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import { createContinuity } from "#shared/state/views/continuity.ts";
import { createFreshness } from "#shared/state/views/freshness.ts";
import { createRebuildableViews } from "#shared/state/views/rebuildable-views.ts";
import { createViews } from "#shared/state/views/redis-views.ts";
import { createRestorer } from "#shared/state/views/restorer.ts";
import { addresses } from "#tests/support/addresses.ts";
import { connectRedis, type TestRedis } from "#tests/support/redis.ts";
import { memoryCodec, shellOf } from "#tests/support/shell-bench.ts";

const people = 500;
const refs = Array.from({ length: people }, (_, index) => ({ tenantId: "default", userId: `u${index}` }));

const codec = await memoryCodec();
const prefix = `t${randomBytes(4).toString("hex")}.`;

let redis: TestRedis;
let log: Log;

beforeAll(async () => {
  redis = connectRedis();
  log = createKafkajsLog({ bootstrap: addresses().kafka.bootstrap, clientId: "comms-test" });
  const topics = createRebuildableViews(redis).flatMap((each) => each.topics);
  await log.createTopics(
    topics.map((topic) => ({ topic: prefix + topic, partitions: 2, config: { "cleanup.policy": "compact" } })),
  );
});

afterAll(async () => {
  await redis.close();
  await log.close(2_000);
});

/** One process of the materializer, as `main.ts` assembles it. */
async function startMaterializer() {
  const states = createRebuildableViews(redis);
  const groupId = prefix + groupOf("materializer");
  const restorer = createRestorer({ ...redis, log, codec, clock: systemClock, prefix, states: states });
  const common = { ...redis, log, clock: systemClock, prefix, groupId, states };
  const continuity = createContinuity(common);
  const jobs = [...restorer.jobs, createFreshness({ ...common, continuity })];
  const check = createCompactedCheck({ log, prefix });
  const runnable = { processor: createMaterializer(states, { check, continuity }), jobs };
  const running = shellOf({ log, codec, clock: systemClock, prefix, runnable });
  await running.shell.start();
  onTestFinished(() => running.shell.stop(2_000));
  return running;
}

async function setLocale(locale: string): Promise<void> {
  const producer = await log.producer();
  await producer.send(
    refs.map(({ tenantId, userId }) => {
      const profile: Profile = {
        tenant_id: tenantId,
        user_id: userId,
        email: null,
        phone: null,
        locale,
        accept_language: null,
        city: null,
        tz: null,
        updated_at: 0,
      };
      return {
        topic: `${prefix}comms.profiles`,
        key: personKey(tenantId, userId),
        value: codec.encode("comms.profiles", profile),
      };
    }),
  );
  await producer.close();
}

/** Resolves when every person's view says so, and no sooner. */
function allSay(locale: string): Promise<void> {
  const views = createViews(redis);
  return vi.waitFor(
    async () => {
      const { value } = await views.persons(refs);
      expect(value.filter((person) => person.profile?.locale === locale)).toHaveLength(people);
    },
    { timeout: 30_000, interval: 50 },
  );
}

describe("the materializer on the stack", () => {
  it("fills the views, heals a wipe in mid-flight by itself, and two of it do not disturb one another", async () => {
    const [one, two] = [await startMaterializer(), await startMaterializer()];
    await setLocale("en-US");
    await allSay("en-US");

    const change = setLocale("fr-CA");
    await redis.wipe();
    const wiped = performance.now();
    await change;
    await allSay("fr-CA");
    const healedMs = performance.now() - wiped;
    await redis.wipe();
    await allSay("fr-CA");

    expect(healedMs).toBeLessThan(10_000);
    expect([...one.crashes, ...two.crashes]).toEqual([]);
  });

  it("keeps an idle view fresh", async () => {
    await startMaterializer();
    await allSay("fr-CA");
    const views = createViews(redis);
    await vi.waitFor(async () => expect((await views.persons([])).ageMs).toBeLessThan(1_500), {
      timeout: 20_000,
      interval: 100,
    });
  });
});
