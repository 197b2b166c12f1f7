import { describe, expect, it } from "vitest";
import { createWrongKeys, wrongKeysMax, wrongKeysPerSecond } from "#gateway/access/wrong-keys.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";
import { createMemoryBuckets, sharedThrough } from "../keys.ts";

const client = "192.0.2.1";

/** Some gateways on one store, and how many wrong keys each has let be asked about. */
function gateways(count: number) {
  const clock = createManualClock();
  const store = createMemoryBuckets(clock);
  const blocked: number[] = [];
  const all = Array.from({ length: count }, (_, at) =>
    createWrongKeys({
      buckets: sharedThrough(store, clock),
      clock,
      pepper: "pepper of this year",
      onBlocked: () => void blocked.push(at),
    }),
  );
  /** Sends wrong keys one after the other, to each gateway in turn. */
  const guess = async (times: number): Promise<number> => {
    let asked = 0;
    for (let at = 0; at < times; at++) {
      const gateway = all[at % all.length] ?? expect.fail();
      if ((await gateway.reserve(client)) > 0) continue;
      asked++;
      gateway.decide(client, true);
      await clock.advance(0);
    }
    return asked;
  };
  return { clock, store, blocked, all, guess };
}

describe("wrong keys over several gateways", () => {
  it.each([1, 2, 5, 10])("are as many as at one: %i gateways let one more each be tried", async (count) => {
    const { clock, blocked, guess } = gateways(count);
    const asked = await guess(500);
    expect(asked).toBeGreaterThanOrEqual(wrongKeysMax);
    expect(asked).toBeLessThanOrEqual(wrongKeysMax + count - 1);
    expect(blocked.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, at) => at));
    // What was too much is made up for: over time it is the rate of one.
    let later = 0;
    for (let second = 0; second < 600; second++) {
      await clock.advance(1_000);
      later += await guess(count);
    }
    expect(asked + later).toBeLessThanOrEqual(wrongKeysMax + 600 * wrongKeysPerSecond + count);
    expect(later).toBeGreaterThan(50);
  });

  it("that come at once are no more than those that may come one by one: others wait for a decision", async () => {
    const { all, store } = gateways(1);
    const [gateway = expect.fail()] = all;
    const reserved: number[] = [];
    const waiting = Array.from({ length: 200 }, async () => {
      const wait = await gateway.reserve(client);
      if (wait === 0) reserved.push(1);
      return wait;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(reserved).toHaveLength(wrongKeysMax);
    for (let at = 0; at < wrongKeysMax; at++) gateway.decide(client, true);
    const waits = await Promise.all(waiting);
    expect(waits.filter((wait) => wait === 0)).toHaveLength(wrongKeysMax);
    expect(store.draws).toHaveLength(wrongKeysMax);
  });

  it("a crowd of right keys that come at once from one address all come through, and the store is not asked", async () => {
    const { all, store } = gateways(1);
    const [gateway = expect.fail()] = all;
    const waits = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const wait = await gateway.reserve(client);
        if (wait > 0) return wait;
        await new Promise((resolve) => setImmediate(resolve));
        gateway.decide(client, false);
        return 0;
      }),
    );
    expect(new Set(waits)).toEqual(new Set([0]));
    expect(store.draws).toEqual([]);
  });

  it("wait no longer for a decision than a look-up may take", async () => {
    const { clock, all } = gateways(1);
    const [gateway = expect.fail()] = all;
    for (let at = 0; at < wrongKeysMax; at++) expect(await gateway.reserve(client)).toBe(0);
    const refused = expect(gateway.reserve(client)).rejects.toMatchObject({ code: "GATEWAY_BUSY", retryable: true });
    await clock.advance(2_000);
    await refused;
  });

  it("are counted alone while the store does not answer, and no address is named to it", async () => {
    const { store, guess } = gateways(3);
    expect(await guess(1)).toBe(1);
    expect(store.draws).toEqual([
      { name: expect.stringMatching(/^wrong:[\w-]{43}$/), rate: 0.2, burst: 20, wanted: 0, spent: 1 },
    ]);
    const alone = gateways(3);
    alone.store.failure = new AppError("REDIS_UNAVAILABLE", "away", { retryable: true });
    expect(await alone.guess(500)).toBe(3 * wrongKeysMax);
  });
});
