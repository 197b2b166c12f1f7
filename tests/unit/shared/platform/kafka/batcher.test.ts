import { describe, expect, it } from "vitest";
import type { Position } from "#shared/contracts/log-record.ts";
import { Batcher, type PlacedRecord } from "#shared/platform/kafka/batcher.ts";
import { recordTooLarge, unavailable } from "#shared/platform/kafka/failure.ts";
import { recordSize } from "#shared/platform/kafka/record-size.ts";
import { drainMicrotasks } from "#tests/support/manual-clock.ts";

interface Write {
  readonly batch: readonly PlacedRecord[];
  succeed(): void;
  fail(error: unknown): void;
}

/** A batcher whose writes wait until the test answers them. */
function batching(limits?: ConstructorParameters<typeof Batcher>[1]) {
  const writes: Write[] = [];
  let offset = 0;
  const batcher = new Batcher(
    (batch) =>
      new Promise<readonly Position[]>((resolve, reject) => {
        const positions = batch.map(({ topic, partition }) => ({ topic, partition, offset: offset++ }));
        writes.push({ batch, succeed: () => resolve(positions), fail: reject });
      }),
    limits,
  );
  return { batcher, writes, values: (at: number) => writes[at]?.batch.map((record) => String(record.value)) };
}

function record(value: string, partition = 0): PlacedRecord {
  const one = { topic: "t", key: null, value: Buffer.from(value) };
  return { ...one, partition, size: recordSize(one) };
}

describe("the batcher", () => {
  it("writes the first at once and has one write outstanding, however much is added (kafkajs #1005)", async () => {
    const { batcher, writes, values } = batching();
    const calls = [batcher.add([record("a")])];
    await drainMicrotasks();
    calls.push(batcher.add([record("b")]), batcher.add([record("c"), record("d")]));
    await drainMicrotasks();
    expect(writes).toHaveLength(1);
    writes[0]?.succeed();
    await drainMicrotasks();
    expect(values(1)).toEqual(["b", "c", "d"]);
    writes[1]?.succeed();
    expect((await Promise.all(calls)).map((positions) => positions.map((each) => each.offset))).toEqual([
      [0],
      [1],
      [2, 3],
    ]);
  });

  it("rejects every call with a record in the failed write, and goes on with the others", async () => {
    const { batcher, writes, values } = batching({ records: 2, bytes: 1_000_000, partitionBytes: 1_000_000 });
    const failing = batcher.add([record("a"), record("b"), record("c")]);
    const other = batcher.add([record("d")]);
    await drainMicrotasks();
    writes[0]?.fail(unavailable("Sending"));
    await expect(failing).rejects.toMatchObject({ code: "KAFKA_UNAVAILABLE" });
    await drainMicrotasks();
    expect(values(1)).toEqual(["d"]);
    writes[1]?.succeed();
    expect(await other).toHaveLength(1);
  });

  it("bounds a batch by records, by bytes and by bytes for one partition", async () => {
    const { batcher, writes, values } = batching({ records: 3, bytes: 1_000, partitionBytes: 500 });
    const call = batcher.add([
      record("x".repeat(300)),
      record("y".repeat(300)),
      record("z", 1),
      record("1", 2),
      record("2", 3),
      record("w".repeat(2_000)),
    ]);
    for (let write = 0; write < 4; write += 1) {
      await drainMicrotasks();
      writes[write]?.succeed();
    }
    await call;
    expect([0, 1, 2, 3].map((at) => values(at)?.map((value) => value[0]))).toEqual([
      ["x"],
      ["y", "z", "1"],
      ["2"],
      ["w"],
    ]);
  });
});

describe("the batcher, of what fails and of rest,", () => {
  it("fails the one record that is too large and none that travelled with it", async () => {
    const { batcher, writes, values } = batching();
    const calls = ["a", "b", "large", "c"].map((value) => batcher.add([record(value)]));
    const outcome = Promise.allSettled(calls);
    for (let write = 0; ; write += 1) {
      await drainMicrotasks();
      if (writes[write] === undefined) break;
      if (values(write)?.includes("large")) writes[write]?.fail(recordTooLarge("t"));
      else writes[write]?.succeed();
    }
    expect((await outcome).map((call) => call.status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
  });

  it("is idle when nothing is queued or in flight", async () => {
    const { batcher, writes } = batching();
    await batcher.idle();
    void batcher.add([record("a")]);
    let idle = false;
    const waiting = batcher.idle().then(() => {
      idle = true;
    });
    await drainMicrotasks();
    expect(idle).toBe(false);
    writes[0]?.succeed();
    await waiting;
  });
});
