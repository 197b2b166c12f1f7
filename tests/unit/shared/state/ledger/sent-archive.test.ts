import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createSentArchive } from "#shared/state/ledger/sent-archive.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** A pool that hangs: it takes every question and answers none, until it is back. */
function hungPool() {
  const pool = { asked: 0, isBack: false, query: (() => {}) as never };
  const query = () => {
    pool.asked++;
    return pool.isBack ? Promise.resolve({ rows: [{ msg_id: "m-1" }] }) : new Promise(() => {});
  };
  return Object.assign(pool, { query: query as never });
}

test("a table that hangs is an outage after a second, is left alone for two, and is asked again then", async () => {
  const pool = hungPool();
  const clock = createManualClock();
  const archive = createSentArchive(pool, clock);
  const outage = { code: "POSTGRES_UNAVAILABLE", retryable: true };
  const first = expect(archive.wasSent(["m-1"])).rejects.toMatchObject(outage);
  await vi.advanceTimersByTimeAsync(1_000);
  await first;
  await clock.advance(1_999);
  await expect(archive.wasSent(["m-1"])).rejects.toMatchObject(outage);
  expect(pool.asked).toBe(1);
  await clock.advance(1);
  pool.isBack = true;
  expect(await archive.wasSent(["m-1"])).toEqual(new Set(["m-1"]));
  expect(pool.asked).toBe(2);
});

test("nothing is asked for no messages", async () => {
  const pool = hungPool();
  expect(await createSentArchive(pool, createManualClock()).wasSent([])).toEqual(new Set());
  expect(pool.asked).toBe(0);
});
