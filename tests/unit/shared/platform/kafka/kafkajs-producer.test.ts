import { describe, expect, test } from "vitest";
import type { OutRecord } from "#shared/contracts/log-record.ts";
import type { KafkajsClient } from "#shared/platform/kafka/kafkajs-client.ts";
import { KafkajsProducer } from "#shared/platform/kafka/kafkajs-producer.ts";
import { createManualClock } from "#tests/support/manual-clock.ts";

/** Of a client that the brokers take in. */
const takenIn = { unlessRefused: <T>(work: Promise<T>) => work, failure: () => undefined };

const record = (key: string): OutRecord => ({ topic: "t", key, value: null });

/**
 * Clients whose first send hangs until its client ends, and whose disconnect takes 100 ms: a broker that stops answering
 * at the very moment of a close, which no real broker does on demand.
 */
function hangingClients(sleep: (ms: number) => Promise<void>) {
  const opened: string[] = [];
  const connect = (): KafkajsClient => {
    const name = `client ${opened.length + 1}`;
    opened.push(name);
    const ended = Promise.withResolvers<never>();
    ended.promise.catch(() => undefined);
    const producer = { connect: async () => undefined, sendBatch: () => ended.promise, disconnect: () => sleep(100) };
    return {
      kafka: { producer: () => producer },
      end: () => ended.reject(new Error("ended")),
      ...takenIn,
    } as unknown as KafkajsClient;
  };
  return { opened, connect };
}

describe("a producer that is closed while a send hangs", () => {
  test("rejects what is queued behind it, and opens no other client to write it after the close", async () => {
    const clock = createManualClock();
    const { opened, connect } = hangingClients((ms) => clock.sleep(ms));
    const producer = new KafkajsProducer({
      clock,
      connect,
      partitionCounts: { peek: () => 1, last: () => 1, learn: async () => undefined },
      sendDeadlineMs: 30_000,
      lingerMs: 0,
      recordBytesMax: 1_000,
      onClose: () => undefined,
    });
    const hanging = producer.send([record("hangs")]);
    hanging.catch(() => undefined);
    await clock.advance(10);
    const sends = Promise.allSettled([hanging, producer.send([record("queued")])]);
    const closed = producer.close(50);
    await clock.advance(1_000);
    await closed;
    expect(opened).toEqual(["client 1"]);
    const results = await sends;
    expect(results).toMatchObject([
      { status: "rejected", reason: { code: "KAFKA_UNAVAILABLE", retryable: true } },
      { status: "rejected", reason: { code: "KAFKA_UNAVAILABLE", retryable: true } },
    ]);
  });
});

describe("a producer whose topic has grown", () => {
  test("does not take a record for written that its client dropped, as it does for a partition it does not know", async () => {
    let opened = 0;
    const connect = (): KafkajsClient => {
      // The first client knows one partition, as kafkajs would: it answers for that one alone.
      const known = ++opened === 1 ? 1 : 2;
      const sendBatch = async () =>
        Array.from({ length: known }, (_, partition) => ({ topicName: "t", partition, errorCode: 0, baseOffset: "5" }));
      const producer = { connect: async () => undefined, sendBatch, disconnect: async () => undefined };
      return { kafka: { producer: () => producer }, end: () => undefined, ...takenIn } as unknown as KafkajsClient;
    };
    const producer = new KafkajsProducer({
      clock: createManualClock(),
      connect,
      partitionCounts: { peek: () => 2, last: () => 2, learn: async () => undefined },
      sendDeadlineMs: 30_000,
      lingerMs: 0,
      recordBytesMax: 1_000,
      onClose: () => undefined,
    });
    const grown = { ...record("k"), partition: 1 };
    await expect(producer.send([grown])).rejects.toMatchObject({ code: "KAFKA_UNAVAILABLE", retryable: true });
    expect(await producer.send([grown])).toEqual([{ topic: "t", partition: 1, offset: 5 }]);
  });
});
