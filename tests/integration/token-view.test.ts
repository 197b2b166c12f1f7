import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Token } from "#shared/contracts/records.ts";
import { devicesOf } from "#shared/domain/channel/push.ts";
import { tokenKey } from "#shared/domain/message/record-keys.ts";
import { createRebuildableViews } from "#shared/state/views/rebuildable-views.ts";
import { createViews } from "#shared/state/views/redis-views.ts";
import type { RebuildableState, Views } from "#shared/state/views/views.ts";
import { aToken } from "#tests/support/policy/records.ts";
import { connectRedis, type TestRedis } from "#tests/support/redis.ts";

const now = Date.UTC(2026, 0, 5, 12);
const people = ["u1", "u2", "u3"] as const;

let redis: TestRedis;
let views: Views;
let tokens: RebuildableState;

beforeAll(() => {
  redis = connectRedis();
  views = createViews(redis);
  tokens = createRebuildableViews(redis).find(({ name }) => name === "tokens") as RebuildableState;
});

beforeEach(wipe);
afterAll(() => redis.close());

async function wipe(): Promise<void> {
  await redis.wipe();
  for (const name of ["profiles", "preferences", "consents", "tokens"])
    await redis.redis.set(redis.keys.marker(name), JSON.stringify({ epoch: "e1", as_of: Date.now() }));
}

/** A record of the topic, at an offset of the one partition that a token's records share. */
function at(offset: number, token: Token, value: Token | null = token): DecodedRecord<unknown> {
  const key = Buffer.from(tokenKey(token));
  const origin = { topic: "comms.tokens", partition: 3, offset, key, value: null, headers: {}, timestamp: now };
  return { topic: "comms.tokens", value, origin };
}

/** Each person's tokens as the view has them now. */
async function owned(): Promise<Readonly<Record<string, readonly string[]>>> {
  const { value } = await views.persons(people.map((userId) => ({ tenantId: "default", userId })));
  const entries = people.map((userId, index) => [userId, value[index]?.tokens.map(({ token }) => token) ?? []]);
  return Object.fromEntries(entries);
}

describe("a push token [PSH-03]", () => {
  const ofFirst = aToken({ user_id: "u1", device_id: "phone-1", token: "T" });
  const ofSecond = aToken({ user_id: "u2", device_id: "phone-2", token: "T" });

  it("belongs to the last person who registered it: the first has no device any more", async () => {
    await tokens.apply([at(0, ofFirst)], now);
    await tokens.apply([at(1, ofSecond)], now);
    expect(await owned()).toEqual({ u1: [], u2: ["T"], u3: [] });
    const { value } = await views.persons([{ tenantId: "default", userId: "u1" }]);
    expect(devicesOf(value[0]?.tokens ?? [])).toBe("none");
  });

  it("comes back to the first who registers it again", async () => {
    await tokens.apply([at(0, ofFirst), at(1, ofSecond), at(2, ofFirst)], now);
    expect(await owned()).toEqual({ u1: ["T"], u2: [], u3: [] });
  });

  it("is not given back by an older record that comes again", async () => {
    await tokens.apply([at(1, ofSecond)], now);
    await tokens.apply([at(0, ofFirst)], now);
    expect(await owned()).toEqual({ u1: [], u2: ["T"], u3: [] });
  });

  it("is removed by its tombstone, and not the one that the device has registered since", async () => {
    const renewed = { ...ofFirst, token: "T2" };
    await tokens.apply([at(0, ofFirst), at(1, renewed)], now);
    await tokens.apply([at(2, ofFirst, null)], now);
    expect(await owned()).toEqual({ u1: ["T2"], u2: [], u3: [] });
    await tokens.apply([at(1, ofFirst)], now);
    expect(await owned()).toEqual({ u1: ["T2"], u2: [], u3: [] });
  });

  it("of another tenant stays where it is, spelt alike", async () => {
    const elsewhere = aToken({ tenant_id: "acme", user_id: "u1", token: "T" });
    await tokens.apply([at(0, elsewhere), at(1, ofSecond)], now);
    const { value } = await views.persons([{ tenantId: "acme", userId: "u1" }]);
    expect(value[0]?.tokens).toEqual([elsewhere]);
    expect(await owned()).toEqual({ u1: [], u2: ["T"], u3: [] });
  });

  it("has one owner at most, the last, in any order of arrival and however often", async () => {
    const step = fc.record({ offset: fc.nat(5), owner: fc.constantFrom(...people), dead: fc.boolean() });
    const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
      await wipe();
      // One offset holds one record: the first that names it says what it is.
      const facts = steps.map((each) => steps.find(({ offset }) => offset === each.offset) ?? each);
      for (const { offset, owner, dead } of facts) {
        const token = aToken({ user_id: owner, device_id: `phone of ${owner}`, token: "T" });
        await tokens.apply([at(offset, token, dead ? null : token)], now);
      }
      const last = facts.reduce((a, b) => (b.offset > a.offset ? b : a));
      const expected = people.map((userId) => [userId, !last.dead && userId === last.owner ? ["T"] : []]);
      expect(await owned()).toEqual(Object.fromEntries(expected));
    });
    await fc.assert(property, { numRuns: 60 });
  });
});
