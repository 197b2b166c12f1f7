import { describe, expect, it } from "vitest";
import { createKeyRates, leaseSeconds } from "#gateway/access/key-rates.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";
import { createMemoryBuckets, sharedThrough } from "../keys.ts";

const key = { keyId: "abcabcabcabc", ratePerSecond: null };

/** Some gateways on one store. */
function gateways(count: number, keyRate: number) {
  const clock = createManualClock();
  const store = createMemoryBuckets(clock);
  const buckets = Array.from({ length: count }, () => sharedThrough(store, clock));
  const all = buckets.map((one) => createKeyRates({ buckets: one, clock, keyRate }));
  const [first = expect.fail("there is none")] = all;
  /** How many of so many events come through at once at a gateway. */
  const admitted = async (gateway: (typeof all)[number], events: number): Promise<number> => {
    let through = 0;
    for (let at = 0; at < events; at++) if ((await gateway.take(key)) === 0) through++;
    return through;
  };
  return { clock, store, buckets, all, first, admitted };
}

describe("the rate of a key over several gateways", () => {
  it("is that of one, whatever their number: more by a tenth of a second's events for each at most", async () => {
    const rate = 100;
    const lease = rate * leaseSeconds;
    for (const count of [1, 2, 5]) {
      const { clock, all, admitted } = gateways(count, rate);
      let through = 0;
      for (const gateway of all) through += await admitted(gateway, 1_000);
      // The burst: all that the bucket held. No gateway holds any back that it does not let through itself.
      expect([count, through]).toEqual([count, 2 * rate]);
      for (let second = 0; second < 10; second++) {
        await clock.advance(1_000);
        for (const gateway of all) through += await admitted(gateway, 1_000);
      }
      expect(through).toBeLessThanOrEqual(12 * rate + count * lease);
      expect(through).toBeGreaterThanOrEqual(12 * rate - count * lease);
    }
  });

  it("is no more at one gateway than a burst, though others are quiet, and is whole again for who asks next", async () => {
    const { clock, all, admitted } = gateways(3, 10);
    const [a, b] = [all[0] ?? expect.fail(), all[1] ?? expect.fail()];
    expect(await admitted(a, 100)).toBe(20);
    expect(await admitted(b, 100)).toBe(0);
    await clock.advance(10_000);
    expect(await admitted(b, 100)).toBe(20);
  });
});

describe("the trips of the rate of a key", () => {
  it("are one for some tens of events, not one an event, and none for what is refused", async () => {
    const { clock, store, first, admitted } = gateways(1, 1_000);
    for (let second = 0; second < 5; second++) {
      expect(await admitted(first, 500)).toBe(500);
      await clock.advance(1_000);
    }
    // One begins it; then one for each half of a lease.
    expect(store.draws.length).toBeLessThanOrEqual(1 + 2_500 / (500 * leaseSeconds));
    expect(store.draws.length).toBeGreaterThan(20);
    await admitted(first, 2_000);
    const before = store.draws.length;
    expect(await admitted(first, 1_000)).toBe(0);
    expect(store.draws).toHaveLength(before);
  });

  it("are one for the time that the shared bucket is empty, at a gateway that it refuses", async () => {
    const { clock, store, all, admitted } = gateways(2, 10);
    const [a, b] = [all[0] ?? expect.fail(), all[1] ?? expect.fail()];
    await admitted(a, 100);
    const before = store.draws.length;
    expect(await admitted(b, 500)).toBe(0);
    expect(store.draws.length - before).toBe(1);
    await clock.advance(100);
    expect(await admitted(b, 500)).toBe(1);
  });

  it("are one for many requests at once", async () => {
    const { store, first } = gateways(1, 1_000);
    const waits = await Promise.all(Array.from({ length: 49 }, () => first.take(key)));
    expect(waits.every((wait) => wait === 0)).toBe(true);
    expect(store.draws).toHaveLength(1);
  });
});

describe("the rate of a key, besides", () => {
  it("is no more for many requests at once at every gateway than the burst", async () => {
    const { all } = gateways(3, 10);
    const waits = await Promise.all(all.flatMap((gateway) => Array.from({ length: 100 }, () => gateway.take(key))));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(20);
  });

  it("counts a batch everywhere: its debt is paid before any gateway lets another through", async () => {
    const { clock, all, admitted } = gateways(2, 10);
    const [a, b] = [all[0] ?? expect.fail(), all[1] ?? expect.fail()];
    expect(await admitted(a, 1)).toBe(1);
    a.spend(key, 49);
    await clock.advance(0);
    expect(await admitted(b, 10)).toBe(0);
    await clock.advance(2_900);
    expect(await admitted(b, 10)).toBe(0);
    await clock.advance(300);
    expect(await admitted(b, 10)).toBeGreaterThan(0);
  });

  it("is a key's own where it has one, on its own bucket", async () => {
    const { store, first } = gateways(1, 10);
    const slow = { keyId: "slowslowslow", ratePerSecond: 1 };
    expect([await first.take(slow), await first.take(slow), await first.take(slow)]).toEqual([0, 0, 1]);
    expect(store.draws[0]).toMatchObject({ name: "key:slowslowslow", rate: 1, burst: 2, wanted: 1 });
    expect(await first.take(key)).toBe(0);
  });
});

describe("the rate of a key while Redis does not answer", () => {
  it("is counted by each gateway alone, after one trip in vain, and shared again once it answers", async () => {
    const { clock, store, buckets, all, first, admitted } = gateways(2, 10);
    store.failure = new AppError("REDIS_UNAVAILABLE", "away", { retryable: true });
    const sums = await Promise.all(all.map((gateway) => admitted(gateway, 100)));
    expect([sums, store.draws.length]).toEqual([[20, 20], 2]);
    const stop = new AbortController();
    const running = buckets[0]?.run(stop.signal);
    await clock.advance(1_000);
    expect(buckets[0]?.isShared()).toBe(false);
    store.failure = undefined;
    await clock.advance(1_000);
    expect(buckets.map((one) => one.isShared())).toEqual([true, false]);
    expect(await admitted(first, 5)).toBe(5);
    expect(store.draws.length).toBeGreaterThan(2);
    stop.abort();
    await running;
  });
});
