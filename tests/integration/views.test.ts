import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Consent, Flag, Preference, Profile, Suppression, Token } from "#shared/contracts/records.ts";
import type { TopicName } from "#shared/contracts/topics.ts";
import { personKey } from "#shared/domain/message/id.ts";
import { consentKey, suppressionKey, tokenKey } from "#shared/domain/message/record-keys.ts";
import { createRedis } from "#shared/platform/redis/redis.ts";
import { createRebuildableViews } from "#shared/state/views/rebuildable-views.ts";
import { createViews } from "#shared/state/views/redis-views.ts";
import type { RebuildableState, Views } from "#shared/state/views/views.ts";
import { connectRedis, type TestRedis } from "#tests/support/redis.ts";

const now = Date.now();
const ann = { tenantId: "default", userId: "ann/1" };
const head = { tenant_id: "default", user_id: "ann/1", updated_at: now };

const profile: Profile = {
  ...head,
  email: "a@example.com",
  phone: null,
  locale: "fr-CA",
  accept_language: null,
  city: null,
  tz: null,
};
const preference: Preference = { ...head, channels: [], quiet_hours: null, do_not_track: false };
const consent: Consent = { ...head, channel: "SMS", category: "*", granted: true, source: "form" };
const token: Token = {
  ...head,
  device_id: "d/1",
  platform: "IOS",
  token: "t1",
  locale: null,
  last_seen: now,
  invalid_attempts: 0,
};
const flag: Flag = {
  name: "comms.sms.enabled",
  value: "true",
  updated_by: "ops",
  updated_at: now,
  tenant_id: null,
  expires_at: null,
};
const suppression: Suppression = {
  suppression_id: "s1",
  tenant_id: "default",
  channel: "EMAIL",
  address_hash: "v1:k1:abc",
  reason: "HARD_BOUNCE",
  origin: "PROVIDER",
  scope: "all",
  created_at: now,
  msg_id: null,
  evidence: "",
};

let redis: TestRedis;
let views: Views;
let states: ReadonlyMap<string, RebuildableState>;

beforeAll(() => {
  redis = connectRedis();
  views = createViews(redis);
  states = new Map(createRebuildableViews(redis).map((each) => [each.name, each]));
});

beforeEach(async () => {
  await redis.wipe();
  for (const name of states.keys()) await mark(name, "e1", now);
});

afterAll(() => redis.close());

async function mark(name: string, epoch: string, asOf: number): Promise<void> {
  await redis.redis.set(redis.keys.marker(name), JSON.stringify({ epoch, as_of: asOf }));
}

interface Position {
  readonly offset: number;
  readonly partition?: number;
}

function record(
  topic: TopicName,
  [key, value]: readonly [string, unknown],
  position: Position,
): DecodedRecord<unknown> {
  const { offset, partition = 0 } = position;
  const origin = { topic, partition, offset, key: Buffer.from(key), value: null, headers: {}, timestamp: now };
  return { topic, value, origin };
}

async function apply(name: string, ...records: readonly DecodedRecord<unknown>[]): Promise<void> {
  await states.get(name)?.apply(records, now);
}

async function annNow() {
  const { value } = await views.persons([ann]);
  return value[0];
}

describe("a person's view", () => {
  const key = personKey("default", "ann/1");

  it("has nothing of a person of whom the log has said nothing", async () => {
    expect(await annNow()).toEqual({ profile: null, preference: null, consents: [], tokens: [] });
  });

  it("has what four topics say of them", async () => {
    await apply("profiles", record("comms.profiles", [key, profile], { offset: 0 }));
    await apply("preferences", record("comms.preferences", [key, preference], { offset: 0 }));
    await apply("consents", record("comms.consents", [consentKey(consent), consent], { offset: 0 }));
    await apply("tokens", record("comms.tokens", [tokenKey(token), token], { offset: 0 }));
    expect(await annNow()).toEqual({ profile, preference, consents: [consent], tokens: [token] });
  });

  it("loses what a tombstone lifts, and nothing else [KV-01]", async () => {
    const other = { ...token, device_id: "d2", token: "t2" };
    await apply("consents", record("comms.consents", [consentKey(consent), consent], { offset: 0 }));
    await apply("tokens", record("comms.tokens", [tokenKey(token), token], { offset: 0 }));
    await apply("tokens", record("comms.tokens", [tokenKey(other), other], { offset: 1 }));
    await apply("consents", record("comms.consents", [consentKey(consent), null], { offset: 2 }));
    await apply("tokens", record("comms.tokens", [tokenKey(token), null], { offset: 2 }));
    expect(await annNow()).toMatchObject({ consents: [], tokens: [other] });
  });

  it("passes over a tombstone whose key nobody of us wrote", async () => {
    await apply("consents", record("comms.consents", ["nonsense", null], { offset: 9 }));
    expect(await annNow()).toMatchObject({ consents: [] });
  });

  it("answers a hundred at once in the order asked", async () => {
    const refs = Array.from({ length: 100 }, (_, index) => ({ tenantId: "t", userId: `u${index}` }));
    const records = refs.map((ref, offset) =>
      record("comms.profiles", [personKey("t", ref.userId), { ...profile, tenant_id: "t", user_id: ref.userId }], {
        offset,
      }),
    );
    await apply("profiles", ...records);
    const { value } = await views.persons(refs);
    expect(value.map((person) => person.profile?.user_id)).toEqual(refs.map((ref) => ref.userId));
  });
});

describe("the suppression view [FBK-02]", () => {
  const ref = { tenantId: "default", channel: "EMAIL", addressHash: "v1:k1:abc" } as const;
  const unsubscribed: Suppression = {
    ...suppression,
    reason: "UNSUBSCRIBE",
    origin: "RECIPIENT",
    scope: "category:promotions",
  };

  it("keeps every entry of an address until it is lifted", async () => {
    await apply("suppression", record("comms.suppression", [suppressionKey(suppression), suppression], { offset: 4 }));
    await apply(
      "suppression",
      record("comms.suppression", [suppressionKey(unsubscribed), unsubscribed], { offset: 5 }),
    );
    expect((await views.suppressions([ref])).value).toEqual([[suppression, unsubscribed]]);
    await apply("suppression", record("comms.suppression", [suppressionKey(suppression), null], { offset: 6 }));
    expect((await views.suppressions([ref])).value).toEqual([[unsubscribed]]);
  });

  it("does not mix channels, tenants and addresses", async () => {
    await apply("suppression", record("comms.suppression", [suppressionKey(suppression), suppression], { offset: 0 }));
    const others = [
      { ...ref, channel: "SMS" as const },
      { ...ref, tenantId: "t2" },
      { ...ref, addressHash: "v1:k2:abc" },
    ];
    expect((await views.suppressions(others)).value).toEqual([[], [], []]);
  });
});

describe("the flags' view", () => {
  it("maps names to flags", async () => {
    await apply("flags", record("comms.flags", [flag.name, flag], { offset: 0 }));
    expect([...(await views.flags()).value]).toEqual([[flag.name, flag]]);
    await apply("flags", record("comms.flags", [flag.name, null], { offset: 1 }));
    expect([...(await views.flags()).value]).toEqual([]);
  });

  it("has that of a tenant beside that of all, and one that a build before tenants wrote", async () => {
    const own = { ...flag, tenant_id: "acme", expires_at: now + 1_000 };
    const { tenant_id: _, expires_at: __, ...before } = flag;
    await apply("flags", record("comms.flags", [`acme/${flag.name}`, own], { offset: 2 }));
    await apply("flags", record("comms.flags", [flag.name, before], { offset: 3 }));
    const { flags, cancellations } = (await views.stops([{ tenantId: "default", causeRef: "none" }])).value;
    expect([...flags]).toEqual([
      [`acme/${flag.name}`, own],
      [flag.name, flag],
    ]);
    expect(cancellations).toEqual([null]);
  });
});

describe("fenced writes", () => {
  const key = personKey("default", "ann/1");
  const version = (offset: number, partition: number) => ({ ...profile, locale: `p${partition}o${offset}` });

  it("end with the last record in any order and however often", async () => {
    const step = fc.record({ offset: fc.nat(6), partition: fc.nat(1), dead: fc.boolean() });
    const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      await redis.wipe();
      for (const name of states.keys()) await mark(name, "e1", now);
      // One offset holds one record: the first that names it says whether it is a tombstone.
      const facts = steps.map(
        (each) => steps.find((a) => a.offset === each.offset && a.partition === each.partition) ?? each,
      );
      for (const { offset, partition, dead } of facts) {
        await apply(
          "profiles",
          record("comms.profiles", [key, dead ? null : version(offset, partition)], { offset, partition }),
        );
      }
      const last = facts.reduce((a, b) => ((b.partition - a.partition || b.offset - a.offset) > 0 ? b : a));
      const expected = last.dead ? null : version(last.offset, last.partition);
      expect((await annNow())?.profile).toEqual(expected);
    });
    await fc.assert(property, { numRuns: 60 });
  });

  it("do not let an old record through after its tombstone", async () => {
    await apply("profiles", record("comms.profiles", [key, null], { offset: 7 }));
    await apply("profiles", record("comms.profiles", [key, profile], { offset: 6 }));
    expect((await annNow())?.profile).toBeNull();
  });

  it("survive that Redis forgets its scripts", async () => {
    await apply("profiles", record("comms.profiles", [key, profile], { offset: 1 }));
    await redis.redis.script("FLUSH");
    await apply("profiles", record("comms.profiles", [key, { ...profile, locale: "de-DE" }], { offset: 2 }));
    expect((await annNow())?.profile?.locale).toBe("de-DE");
  });
});

describe("readiness", () => {
  it("is as old as the oldest of the views that a call reads", async () => {
    await mark("tokens", "e1", now - 5_000);
    expect((await views.persons([])).ageMs - (await views.flags()).ageMs).toBeGreaterThan(4_000);
  });

  it.each(["profiles", "preferences", "consents", "tokens"])("of persons goes with the marker of %s", async (name) => {
    await redis.redis.del(redis.keys.marker(name));
    await expect(views.persons([ann])).rejects.toMatchObject({ code: "COMMS_STATE_STALE", retryable: true });
    await views.flags();
  });

  it("is refused where the marker was replaced in the middle of the read", async () => {
    const wiped = createViews({
      keys: redis.keys,
      redis: Object.create(redis.redis, { pipeline: { value: () => midwayWiped(redis) } }),
    });
    await expect(wiped.flags()).rejects.toMatchObject({ code: "COMMS_STATE_STALE" });
  });

  it("is a retryable error, and no answer, when Redis is not there", async () => {
    const nowhere = createRedis("redis://127.0.0.1:1", { commandTimeoutMs: 200, retriesPerCommand: 0 });
    const blind = createViews({ redis: nowhere, keys: redis.keys });
    await expect(blind.flags()).rejects.toMatchObject({ code: "REDIS_UNAVAILABLE", retryable: true });
    nowhere.disconnect();
  });
});

/** A pipeline into which another client's wipe and restoration fall, right after the first command. */
function midwayWiped({ redis: client, keys }: TestRedis) {
  const pipeline = client.pipeline();
  const first = pipeline.mget.bind(pipeline);
  let calls = 0;
  pipeline.mget = ((markers: string[]) => {
    calls += 1;
    if (calls === 2) pipeline.set(keys.marker("flags"), JSON.stringify({ epoch: "e2", as_of: now }));
    return first(markers);
  }) as typeof pipeline.mget;
  return pipeline;
}
