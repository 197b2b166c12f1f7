import { describe, expect, it } from "vitest";
import type { Position } from "#shared/contracts/log-record.ts";
import { Batcher, type BatcherOptions, type BatchLimits, type PlacedRecord } from "#shared/platform/kafka/batcher.ts";
import { recordTooLarge, unavailable } from "#shared/platform/kafka/failure.ts";
import { recordSize } from "#shared/platform/kafka/record-size.ts";
import { createManualClock, drainMicrotasks } from "#tests/support/manual-clock.ts";

interface Write {
  readonly batch: readonly PlacedRecord[];
  succeed(): void;
  fail(error: unknown): void;
}

/** A batcher whose writes wait until the test answers them. */
function batching(limits?: BatchLimits, linger?: BatcherOptions["linger"]) {
  const writes: Write[] = [];
  let offset = 0;
  const batcher = new Batcher(
    (batch) =>
      new Promise<readonly Position[]>((resolve, reject) => {
        const positions = batch.map(({ topic, partition }) => ({ topic, partition, offset: offset++ }));
        writes.push({ batch, succeed: () => resolve(positions), fail: reject });
      }),
    { ...(limits && { limits }), ...(linger && { linger }) },
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

describe("a batcher that lingers", () => {
  const limits: BatchLimits = { records: 4, bytes: 1_000, partitionBytes: 1_000 };

  function lingering() {
    const clock = createManualClock();
    return { clock, ...batching(limits, { ms: 10, clock }) };
  }

  it("writes together what comes within the time of the first", async () => {
    const { clock, batcher, writes, values } = lingering();
    void batcher.add([record("a")]);
    await clock.advance(9);
    void batcher.add([record("b")]);
    expect(writes).toHaveLength(0);
    await clock.advance(1);
    expect(values(0)).toEqual(["a", "b"]);
    expect(clock.sleeping).toBe(0);
  });

  it("counts the time that a record has waited for the write before it", async () => {
    const { clock, batcher, writes, values } = lingering();
    void batcher.add([record("a")]);
    await clock.advance(10);
    void batcher.add([record("b")]);
    await clock.advance(6);
    writes[0]?.succeed();
    await clock.advance(3);
    expect(writes).toHaveLength(1);
    void batcher.add([record("c")]);
    await clock.advance(1);
    expect(values(1)).toEqual(["b", "c"]);
  });

  it.each([
    ["records", ["a", "b", "c", "d"], ["a", "b", "c", "d"]],
    ["bytes", ["a", "x".repeat(1_000)], ["a"]],
  ])("waits no longer where a write has all the %s that it may have", async (_what, wanted, written) => {
    const { batcher, writes, values } = lingering();
    void batcher.add([record(wanted[0] ?? "")]);
    await drainMicrotasks();
    expect(writes).toHaveLength(0);
    for (const value of wanted.slice(1)) void batcher.add([record(value)]);
    await drainMicrotasks();
    expect(values(0)).toEqual(written);
  });

  it("waits again once a full write is out, and not at all after a flush", async () => {
    const { clock, batcher, writes, values } = lingering();
    for (const value of ["a", "b", "c", "d", "e"]) void batcher.add([record(value)]);
    await drainMicrotasks();
    writes[0]?.succeed();
    await drainMicrotasks();
    expect(writes).toHaveLength(1);
    batcher.flush();
    await drainMicrotasks();
    expect(values(1)).toEqual(["e"]);
    writes[1]?.succeed();
    void batcher.add([record("f")]);
    await drainMicrotasks();
    expect(values(2)).toEqual(["f"]);
    expect(clock.sleeping).toBe(0);
  });

  it("waits no longer than its time where the clock is set back", async () => {
    const clock = createManualClock();
    let back = 0;
    const setBack = { now: () => clock.now() - back, sleep: clock.sleep };
    const { batcher, values } = batching(limits, { ms: 10, clock: setBack });
    void batcher.add([record("a")]);
    back = 60_000;
    await drainMicrotasks();
    await clock.advance(10);
    expect(values(0)).toEqual(["a"]);
  });
});
