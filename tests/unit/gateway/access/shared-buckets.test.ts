import { describe, expect, it } from "vitest";
import { drawWaitMs } from "#gateway/access/shared-buckets.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";
import { createMemoryBuckets, sharedThrough } from "../keys.ts";

const draw = { rate: 1, burst: 2, wanted: 1, spent: 0 };

describe("buckets that gateways share", () => {
  it("that hang hold a request up for a quarter of a second, and the next ones not at all", async () => {
    const clock = createManualClock();
    const told: number[] = [];
    const hanging = { ...createMemoryBuckets(clock), draw: () => new Promise<never>(() => {}) };
    const shared = sharedThrough(hanging, clock, (_name, _labels, value) => told.push(value));
    const first = shared.draw("a", draw);
    await clock.advance(drawWaitMs - 1);
    expect(shared.isShared()).toBe(true);
    await clock.advance(1);
    expect(await first).toBeUndefined();
    expect(await shared.draw("a", draw)).toBeUndefined();
    expect([clock.sleeping, told]).toEqual([0, [0, 1]]);
  });

  it("say by the metric when they are shared again", async () => {
    const clock = createManualClock();
    const store = createMemoryBuckets(clock);
    const told: number[] = [];
    const shared = sharedThrough(store, clock, (_name, _labels, value) => told.push(value));
    const stop = new AbortController();
    const running = shared.run(stop.signal);
    store.failure = new Error("away");
    expect(await shared.draw("a", draw)).toBeUndefined();
    await clock.advance(3_000);
    expect(told).toEqual([0, 1]);
    store.failure = undefined;
    await clock.advance(1_000);
    expect(told).toEqual([0, 1, 0]);
    expect(await shared.draw("a", draw)).toEqual({ granted: 1, waitMs: 0 });
    stop.abort();
    await running;
  });
});
