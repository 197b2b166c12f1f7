import { randomBytes } from "node:crypto";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createKeyWrapper } from "#shared/platform/crypto/master-key.ts";
import { createPostgresKeyStore, type Queryable } from "#shared/platform/crypto/postgres-key-store.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";

/** A table of one person, and how often it was asked. */
function tableOfOne() {
  let wrapped: unknown;
  const asked: string[] = [];
  let outage: Error | undefined;
  const database: Queryable = {
    query: async (sql, values) => {
      asked.push(sql.split(" ", 1)[0] ?? "");
      if (outage) throw outage;
      if (sql.startsWith("insert")) wrapped ??= values[2];
      return { rows: wrapped === undefined ? [] : [{ wrapped_key: wrapped }] };
    },
  };
  return { database, asked, fail: (error?: Error) => void (outage = error) };
}

describe("createPostgresKeyStore", () => {
  const wrapper = createKeyWrapper({ current: "m1", keys: { m1: randomBytes(32) } });

  it("asks once for many calls, and again after the time it may keep a key", async () => {
    const clock = createManualClock();
    const { database, asked } = tableOfOne();
    const store = createPostgresKeyStore({ database, wrapper, clock, cachedMs: 1_000 });
    await Promise.all([store.keyOf("t", "ada"), store.keyOf("t", "ada")]);
    expect(asked).toEqual(["select", "insert", "select"]);
    await store.keyOf("t", "ada");
    expect(asked).toHaveLength(3);
    await clock.advance(1_000);
    await store.keyOf("t", "ada");
    expect(asked).toEqual(["select", "insert", "select", "select"]);
  });

  it("has forgotten a key a minute later, and until then reads with it after an erasure by another process", async () => {
    const clock = createManualClock();
    const { database, asked } = tableOfOne();
    const store = createPostgresKeyStore({ database, wrapper, clock });
    await store.keyOf("t", "ada");
    const before = asked.length;
    await clock.advance(59_999);
    await store.keyOf("t", "ada");
    expect(asked).toHaveLength(before);
    await clock.advance(1);
    await store.keyOf("t", "ada");
    expect(asked).toHaveLength(before + 1);
  });

  it("takes a key out of memory though nobody asks for it again", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { database, asked } = tableOfOne();
    const store = createPostgresKeyStore({ database, wrapper, clock: createManualClock() });
    await store.keyOf("t", "ada");
    const before = asked.length;
    await vi.advanceTimersByTimeAsync(60_000);
    // By the clock that the store was given no time has passed: only the timer has taken it out.
    await store.keyOf("t", "ada");
    expect(asked).toHaveLength(before + 1);
  });

  it("reports an outage, and does not remember it", async () => {
    const { database, fail } = tableOfOne();
    const store = createPostgresKeyStore({ database, wrapper, clock: createManualClock() });
    fail(Object.assign(new Error("refused"), { code: "ECONNREFUSED" }));
    await expect(store.keyOf("t", "ada")).rejects.toMatchObject({ code: "POSTGRES_UNAVAILABLE", retryable: true });
    fail();
    expect(await store.keyOf("t", "ada")).toHaveProperty("symmetricKeySize", 32);
  });
});
