import { describe, expect, it } from "vitest";
import type { InRecord } from "#shared/contracts/log-record.ts";
import { Inbox, type Item } from "#shared/runtime/records/inbox.ts";
import { Generations } from "#shared/runtime/shell/generations.ts";
import { Pump } from "#shared/runtime/shell/pump.ts";
import { drainMicrotasks } from "#tests/support/manual-clock.ts";

const limits = { batch: 4, batches: 2, expressBatches: 1, inFlight: 16 };

/** A pump over an inbox of two lanes; each batch stays under way until it is ended. */
function pumpOf({ bulkRoom = (max: number) => max, own = limits } = {}) {
  const inbox = new Inbox({
    ordered: true,
    priorityOf: (topic) => Number(topic.endsWith(".bulk")),
    waitingRecords: 1_000,
    waitingBytes: 1_000_000,
    keyRecords: 64,
    crowdRecords: 1_000,
    crowdBytes: 1_000_000,
    pause: () => {},
    resume: () => {},
  });
  const generations = new Generations();
  generations.begin(0);
  const batches: { readonly topics: readonly string[]; end(): void }[] = [];
  const pump = new Pump({
    inbox,
    generations,
    limits: own,
    precedence: { bulkRoom: (_, max) => bulkRoom(max) },
    isClosed: () => false,
    run: (items, generation) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      batches.push({
        topics: items.map(({ record }) => record.topic),
        end: () => {
          finish(items, generation);
          resolve();
        },
      });
      return promise;
    },
    afterEach: () => {},
  });
  const finish = (items: readonly Item[], generation: number) => {
    for (const item of items) inbox.finish(item, true);
    generations.leave(generation, items.length);
  };
  let key = 0;
  const arrive = (topic: string, count: number) => {
    const record = (): InRecord => ({
      topic,
      partition: 0,
      offset: key,
      key: Buffer.from(String(key++)),
      value: null,
      headers: {},
      timestamp: 0,
    });
    inbox.add(Array.from({ length: count }, record), 0);
    pump.pump();
  };
  return { pump, batches, arrive };
}

describe("the pump", () => {
  it("puts no bulk record into a batch with an express one, and begins with the express ones", () => {
    const { batches, arrive, pump } = pumpOf({ bulkRoom: () => 0 });
    arrive("in.bulk", 3);
    expect(batches).toEqual([]);
    arrive("in", 2);
    expect(batches.map(({ topics }) => topics)).toEqual([["in", "in"]]);
    expect(pump.hasExpress()).toBe(true);
  });

  it("has a batch for express though bulk has taken all others, and none more for bulk", async () => {
    const { batches, arrive, pump } = pumpOf();
    arrive("in.bulk", 12);
    expect(batches).toHaveLength(2);
    expect(pump.hasExpress()).toBe(false);
    arrive("in", 1);
    expect(batches.map(({ topics }) => topics.length)).toEqual([4, 4, 1]);
    arrive("in", 1);
    expect(batches).toHaveLength(3);
    batches[2]?.end();
    await drainMicrotasks();
    expect(batches.map(({ topics }) => topics[0])).toEqual(["in.bulk", "in.bulk", "in", "in"]);
  });

  it("keeps a quarter of the places from bulk", () => {
    const { batches, arrive } = pumpOf({ own: { ...limits, batches: 9 } });
    arrive("in.bulk", 20);
    expect(batches.flatMap(({ topics }) => topics)).toHaveLength(12);
    arrive("in", 9);
    expect(batches.flatMap(({ topics }) => topics)).toHaveLength(16);
  });

  it("takes of bulk what the other stages leave it", () => {
    const { batches, arrive } = pumpOf({ bulkRoom: () => 1 });
    arrive("in.bulk", 5);
    expect(batches.map(({ topics }) => topics.length)).toEqual([1, 1]);
  });

  it("works on one batch at a time where that is the bound, express or not", () => {
    const { batches, arrive } = pumpOf({ own: { ...limits, batches: 1, expressBatches: 0 } });
    arrive("in", 9);
    expect(batches.map(({ topics }) => topics.length)).toEqual([4]);
  });

  it("has no express in hand once the batch has ended", async () => {
    const { batches, arrive, pump } = pumpOf();
    arrive("in", 1);
    batches[0]?.end();
    await drainMicrotasks();
    expect(pump.hasExpress()).toBe(false);
  });
});
