import { createRequire } from "node:module";
import { describe, expect, it, vi } from "vitest";
import { Batch } from "#shared/platform/kafka/kafkajs-internals.ts";

const load = createRequire(import.meta.url);

interface Encoder {
  readonly buffer: Buffer;
}

interface Queue {
  push(request: object): void;
  fulfillRequest(response: object): void;
  maybeThrottle(ms: number): void;
  destroy(): void;
}

/** What a broker sends for one partition: batches as kafkajs itself encodes them. */
async function decoded(...batches: { first: number; last: number; records: readonly number[] }[]) {
  const encodeBatch = load("kafkajs/src/protocol/recordBatch/v0").RecordBatch as (batch: object) => Promise<Encoder>;
  const encodeRecord = load("kafkajs/src/protocol/recordBatch/record/v0") as (record: object) => Encoder;
  const Long = load("kafkajs/src/utils/long") as { fromValue(value: number): unknown };
  const encoded = await Promise.all(
    batches.map(({ first, last, records }) =>
      encodeBatch({
        firstOffset: Long.fromValue(first),
        lastOffsetDelta: last - first,
        records: records.map((offset) =>
          encodeRecord({ offsetDelta: offset - first, key: null, value: Buffer.from("v") }),
        ),
      }),
    ),
  );
  const bytes = Buffer.concat(encoded.map((each) => each.buffer));
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  const Decoder = load("kafkajs/src/protocol/decoder") as new (bytes: Buffer) => object;
  const decode = load("kafkajs/src/protocol/requests/fetch/v4/decodeMessages") as (
    decoder: object,
  ) => Promise<object[]>;
  return decode(new Decoder(Buffer.concat([length, bytes])));
}

function batchOf(fetchedOffset: number, messages: object[]) {
  return new Batch("t", String(fetchedOffset), {
    partition: 0,
    messages,
    abortedTransactions: [],
    highWatermark: "99",
  } as {
    partition: number;
  });
}

describe("kafkajs, patched", () => {
  it("moves past a batch that compaction has emptied, and delivers nothing of it", async () => {
    const batch = batchOf(10, await decoded({ first: 10, last: 14, records: [] }));
    expect(batch.messages).toEqual([]);
    expect(batch.rawMessages.at(-1)?.offset).toBe("14");
  });

  it("moves past a hole at the end of a batch", async () => {
    const batch = batchOf(
      10,
      await decoded({ first: 10, last: 14, records: [10, 12] }, { first: 15, last: 16, records: [16] }),
    );
    expect(batch.messages.map((message) => message.offset)).toEqual(["10", "12", "16"]);
    expect(batch.rawMessages.map((message) => message.offset)).toEqual(["10", "12", "14", "16"]);
  });

  it("leaves a whole batch as it is", async () => {
    const batch = batchOf(10, await decoded({ first: 10, last: 11, records: [10, 11] }));
    expect(batch.rawMessages).toHaveLength(2);
  });

  it("sets no timer when no request waits, and never one with a negative delay (#1556, #1704, #1751)", () => {
    vi.useFakeTimers();
    const timers = vi.spyOn(globalThis, "setTimeout");
    const RequestQueue = load("kafkajs/src/network/requestQueue") as new (options: object) => Queue;
    const queue = new RequestQueue({
      maxInFlightRequests: 1,
      requestTimeout: 1_000,
      logger: { debug() {}, warn() {} },
    });
    const sent: number[] = [];
    const push = (correlationId: number) =>
      queue.push({
        entry: { correlationId, resolve() {}, reject() {} },
        expectResponse: true,
        sendRequest: () => sent.push(correlationId),
      });
    push(1);
    queue.fulfillRequest({ correlationId: 1, size: 0, payload: null });
    expect(timers).not.toHaveBeenCalled();
    queue.maybeThrottle(500);
    push(2);
    expect(sent).toEqual([1]);
    vi.advanceTimersByTime(500);
    vi.advanceTimersByTime(10);
    expect(sent).toEqual([1, 2]);
    expect(timers.mock.calls.every(([, delay]) => (delay ?? 0) > 0)).toBe(true);
    queue.destroy();
    vi.useRealTimers();
  });
});
