import { describe, expect, it } from "vitest";
import { confirmedMsMax, createKeyCache, keysMax, servedMsMax } from "#gateway/access/key-cache.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";
import { aKey, createMemoryKeys } from "../keys.ts";

const away = new AppError("POSTGRES_UNAVAILABLE", "away", { retryable: true });

/** A cache whose watch heard from the table just now. */
function caching() {
  const clock = createManualClock();
  const { record } = aKey();
  const { keyId } = record;
  const table = createMemoryKeys({ text: "", record });
  const cache = createKeyCache({ table, clock });
  const confirm = (...changed: Parameters<typeof cache.confirm>[0]) => cache.confirm(changed, clock.now());
  confirm();
  return { clock, table, cache, record, keyId, confirm };
}

describe("a known key", () => {
  it("costs one trip for as long as the watch hears from the table", async () => {
    const { clock, table, cache, record, keyId, confirm } = caching();
    for (let second = 0; second < 30; second++) {
      expect(await cache.get(keyId)).toBe(record);
      await clock.advance(confirmedMsMax);
      confirm();
    }
    expect(table.asked).toEqual([keyId]);
  });

  it("is read again after half a minute, whatever the watch says: its row may be gone", async () => {
    const { clock, table, cache, keyId, confirm } = caching();
    await cache.get(keyId);
    table.records.clear();
    for (let step = 0; step < 41; step++) {
      await clock.advance(confirmedMsMax);
      confirm();
    }
    expect(await cache.get(keyId)).toBeUndefined();
  });

  it("that has changed is as the watch says", async () => {
    const { table, cache, record, keyId, confirm } = caching();
    await cache.get(keyId);
    const revoked = { ...record, revokedAt: 1 };
    confirm(revoked);
    expect(await cache.get(keyId)).toBe(revoked);
    expect(table.asked).toEqual([keyId]);
  });

  it("that was told to have changed is asked for again", async () => {
    const { table, cache, record, keyId } = caching();
    await cache.get(keyId);
    table.records.set(keyId, { ...record, revokedAt: 1 });
    cache.forget(keyId);
    expect(await cache.get(keyId)).toMatchObject({ revokedAt: 1 });
  });

  it("that was read before the watch listened is read again", async () => {
    const { clock, table, cache, keyId, confirm } = caching();
    await cache.get(keyId);
    table.records.clear();
    await clock.advance(1);
    cache.doubtBefore(clock.now());
    confirm();
    expect(await cache.get(keyId)).toBeUndefined();
  });

  it("is asked for itself where the watch has not heard from the table for a second", async () => {
    const { clock, table, cache, record, keyId } = caching();
    await cache.get(keyId);
    table.records.set(keyId, { ...record, revokedAt: 1 });
    await clock.advance(confirmedMsMax);
    expect(await cache.get(keyId)).toMatchObject({ revokedAt: null });
    await clock.advance(1);
    expect(await cache.get(keyId)).toMatchObject({ revokedAt: 1 });
  });

  it("is asked for also where the clock was set back meanwhile", async () => {
    const { clock, table, cache, keyId } = caching();
    cache.confirm([], clock.now() + 60_000);
    await cache.get(keyId);
    await cache.get(keyId);
    expect(table.asked).toHaveLength(2);
  });
});

describe("a known key while the table is away", () => {
  it("is taken for a minute after the table was last heard from, and then nobody knows", async () => {
    const { clock, table, cache, record, keyId } = caching();
    await cache.get(keyId);
    table.failure = away;
    await clock.advance(servedMsMax);
    expect(await cache.get(keyId)).toBe(record);
    await clock.advance(1);
    await expect(cache.get(keyId)).rejects.toMatchObject({ code: "POSTGRES_UNAVAILABLE" });
  });

  it("is not waited for by each request: after one in vain it is asked twice a second whether it is back", async () => {
    const { clock, table, cache, record, keyId } = caching();
    await cache.get(keyId);
    table.failure = away;
    await clock.advance(5_000);
    for (let request = 0; request < 100; request++) expect(await cache.get(keyId)).toBe(record);
    expect(table.asked).toHaveLength(2);
    await clock.advance(500);
    for (let request = 0; request < 100; request++) expect(await cache.get(keyId)).toBe(record);
    expect(table.asked).toHaveLength(3);
  });

  it("waits a moment where the table hangs, and one trip serves all that wait", async () => {
    const { clock, table, cache, record, keyId } = caching();
    await cache.get(keyId);
    const { find } = table;
    table.find = (asked) => {
      void find(asked);
      return new Promise(() => {});
    };
    await clock.advance(5_000);
    const waiting = Promise.all([cache.get(keyId), cache.get(keyId)]);
    await clock.advance(1_000);
    expect(await waiting).toEqual([record, record]);
    // The trip is still under way, and nobody waits for it.
    expect(await cache.get(keyId)).toBe(record);
    expect(table.asked).toHaveLength(2);
  });

  it("is as the table says as soon as it is back, by whichever answer comes first", async () => {
    for (const back of ["asked", "told"]) {
      const { clock, table, cache, record, keyId, confirm } = caching();
      await cache.get(keyId);
      table.failure = away;
      await clock.advance(5_000);
      await cache.get(keyId);
      table.failure = undefined;
      const revoked = { ...record, revokedAt: 1 };
      table.records.set(keyId, revoked);
      await clock.advance(500);
      if (back === "told") confirm(revoked);
      else await cache.get(keyId);
      await clock.advance(0);
      expect(await cache.get(keyId)).toBe(revoked);
    }
  });

  it("is refused with what is no outage", async () => {
    const { clock, table, cache, keyId } = caching();
    await cache.get(keyId);
    table.failure = new TypeError("ours");
    await clock.advance(5_000);
    await expect(cache.get(keyId)).rejects.toThrow("ours");
  });
});

describe("an unknown key", () => {
  it("is asked for each time: it may have been made a moment ago", async () => {
    const { table, cache } = caching();
    const late = aKey();
    expect(await cache.get(late.record.keyId)).toBeUndefined();
    table.records.set(late.record.keyId, late.record);
    expect(await cache.get(late.record.keyId)).toBe(late.record);
  });

  it("cannot be known while the table is away", async () => {
    const { table, cache } = caching();
    table.failure = away;
    await expect(cache.get("abcabcabcabc")).rejects.toMatchObject({ code: "POSTGRES_UNAVAILABLE" });
  });

  it("takes no place in the cache, and neither does one that changes and was never used", async () => {
    const { table, cache, keyId, confirm } = caching();
    await cache.get(keyId);
    for (let guess = 0; guess < keysMax; guess++) await cache.get(`guess-${guess}`);
    confirm(...Array.from({ length: 100 }, () => aKey().record));
    table.failure = away;
    expect(await cache.get(keyId)).toBeDefined();
  });
});
