import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Decision } from "#shared/contracts/records.ts";
import { createRebuildableDedupe } from "#shared/state/dedupe/rebuildable-dedupe.ts";
import { createRedisDedupe } from "#shared/state/dedupe/redis-dedupe.ts";
import { dedupeConformance } from "#tests/contract/dedupe-conformance.ts";
import { connectRedis } from "#tests/support/redis.ts";

const server = connectRedis();
const { redis, keys, prefix } = server;
const trust = () => redis.set(keys.marker("dedupe"), JSON.stringify({ epoch: "e", as_of: 0 }));
const claimOf = (msgId: string) => ({
  tenantId: "default",
  userId: "usr_1",
  channel: "EMAIL" as const,
  key: "K:1",
  msgId,
});

afterAll(() => server.close());

/** Makes every key of this test that much older. */
async function age(ms: number): Promise<void> {
  for (const key of await redis.keys(`${prefix}dedupe:*`)) {
    const left = await redis.pttl(key);
    if (left <= ms) await redis.del(key);
    else await redis.pexpire(key, left - ms);
  }
}

dedupeConformance("Redis", async () => {
  await server.wipe();
  await trust();
  return { dedupe: createRedisDedupe(server), now: Date.now, pass: age };
});

const dedupe = createRedisDedupe(server);
const state = createRebuildableDedupe(server);
const now = Date.now();
const restore = (...decisions: readonly Partial<Decision>[]) =>
  state.apply(decisions.map(decided) as unknown as readonly DecodedRecord<unknown>[], now);

function decided(over: Partial<Decision>) {
  const head = { tenant_id: "default", user_id: "usr_1", channel: "EMAIL", dedupe_key: "K:1", stage: "router" };
  const origin = { topic: "comms.decisions", partition: 0, offset: 0 };
  return { origin, value: { ...head, msg_id: "first", verdict: "PASS", recorded_at: now - 60_000, ...over } };
}

describe("dedupe window after a wipe [KV-02]", () => {
  beforeEach(() => server.wipe());

  test("claims nothing while its marker is gone, so that nobody takes the true holder's place", async () => {
    await expect(dedupe.claim([claimOf("second")], now)).rejects.toMatchObject({
      code: "COMMS_STATE_STALE",
      retryable: true,
    });
    await restore({});
    await trust();
    expect(await dedupe.claim([claimOf("second")], now)).toEqual(["first"]);
  });

  test.each<[string, Partial<Decision>, string]>([
    ["a message that passed a minute ago", {}, "first"],
    ["a message that waits", { verdict: "DEFER" }, "first"],
    ["a message that waits for its producer's time", { verdict: "DEFER", reason: "COMMS_SCHEDULED" }, "second"],
    ["a message in a digest, which held none", { verdict: "DIGEST" }, "second"],
    ["a message that was dropped", { verdict: "DROP" }, "second"],
    ["another stage's decision", { stage: "email-sender" }, "second"],
    ["a message of six minutes ago", { recorded_at: now - 6 * 60_000 }, "second"],
    ["a message to another person", { user_id: "usr_2" }, "second"],
  ])("given %s, the key is held by whom it ought to be", async (_, decision, holder) => {
    await trust();
    await restore(decision, decision);
    expect(await dedupe.claim([claimOf("second")], now)).toEqual([holder]);
  });

  test("gives back what is left of the window and no more", async () => {
    await restore({ recorded_at: now - 240_000 });
    const left = await redis.pttl((await redis.keys(`${prefix}dedupe:*`))[0] ?? "");
    expect(left).toBeGreaterThan(50_000);
    expect(left).toBeLessThanOrEqual(60_000);
  });

  test("of two decisions under one key the first in the log holds", async () => {
    await trust();
    await restore({ msg_id: "first" }, { msg_id: "later" });
    expect(await dedupe.claim([claimOf("second")], now)).toEqual(["first"]);
  });
});

describe("a claim whose decision is on the log", () => {
  beforeEach(() => server.wipe());

  const keep = (...decisions: readonly Partial<Decision>[]) =>
    dedupe.keep(
      decisions.map((each) => decided(each).value as unknown as Decision),
      now,
    );
  const trustSince = (ms: number) => redis.set(keys.marker("dedupe"), JSON.stringify({ epoch: "e", as_of: ms }));

  test.each<[string, () => Promise<unknown>, string]>([
    ["was restored after the claim", () => trustSince(now - 30_000), "first"],
    ["was restored a moment before the claim, by a clock that may be slow", () => trustSince(now - 90_000), "first"],
    ["is being restored", async () => {}, "first"],
    [
      "came back on another server",
      () => redis.set(keys.marker("dedupe"), JSON.stringify({ epoch: "e", as_of: 0, server: "another" })),
      "first",
    ],
    ["has been whole for long, and lost nothing: it is not written again", () => trustSince(now - 180_000), "second"],
  ])("is kept where the window %s", async (_, given, holder) => {
    await given();
    await keep({}, { verdict: "DROP", dedupe_key: "K:2" });
    await trust();
    expect(await dedupe.claim([claimOf("second")], now)).toEqual([holder]);
    expect(await redis.keys(`${prefix}dedupe:*K:2`)).toEqual([]);
  });

  test("takes no key from its holder", async () => {
    await restore({ msg_id: "holder" });
    await keep({ msg_id: "late" });
    await trust();
    expect(await dedupe.claim([claimOf("second")], now)).toEqual(["holder"]);
  });
});
