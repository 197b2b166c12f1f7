import { describe, expect, it, vi } from "vitest";
import { kafkajs } from "#shared/platform/kafka/kafkajs-internals.ts";
import { createKafkajsLog } from "#shared/platform/kafka/kafkajs-log.ts";
import type { Producer } from "#shared/platform/kafka/port.ts";
import { describeLog, type LogUnderTest } from "#tests/contract/log-conformance.ts";
import { addresses } from "#tests/support/addresses.ts";
import { joinGroup } from "#tests/support/group-member.ts";
import { startTcpProxy } from "#tests/support/tcp-proxy.ts";

const outageMs = 3_000;

async function create(): Promise<LogUnderTest> {
  const { bootstrap } = addresses().kafka;
  const [host = "", port = ""] = bootstrap.split(":");
  const proxy = await startTcpProxy({ host, port: Number(port) });
  const log = createKafkajsLog({ bootstrap, clientId: "kafka-log-test", reroute: () => proxy });
  return {
    log,
    prefix: `t${Math.random().toString(36).slice(2)}.`,
    loseNextResponse: () => proxy.loseNextProduceResponse(),
    outage: async () => {
      proxy.cut();
      await sleep(outageMs);
      proxy.mend();
    },
    pass: sleep,
    leaveGapAtEnd: (topic) => abortTransaction(bootstrap, topic),
    close: async () => {
      await log.close();
      await proxy.close();
    },
  };
}

/** An aborted transaction leaves a record that no reader may see, and a marker that is none. */
async function abortTransaction(bootstrap: string, topic: string): Promise<void> {
  const client = new kafkajs.Kafka({ brokers: [bootstrap], logLevel: kafkajs.logLevel.NOTHING });
  const producer = client.producer({
    transactionalId: topic,
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic, messages: [{ key: "k", value: "never seen", partition: 0 }] });
  await transaction.abort();
  await producer.disconnect();
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

describeLog("the log on kafkajs and a real broker", create);

describe("closing while the broker is away", () => {
  it("gives up at its deadline, and leaves nothing that retries behind", async () => {
    const { bootstrap } = addresses().kafka;
    const [host = "", port = ""] = bootstrap.split(":");
    const proxy = await startTcpProxy({ host, port: Number(port) });
    const topic = `t${Math.random().toString(36).slice(2)}.closing`;
    let attempts = 0;
    const log = createKafkajsLog({
      bootstrap,
      clientId: "kafka-log-test",
      reroute: () => {
        attempts += 1;
        return proxy;
      },
    });
    await log.createTopics([{ topic, partitions: 1, config: {} }]);
    const producer = await log.producer();
    await producer.send([{ topic, key: null, value: null }]);
    const member = await joinGroup(log, { groupId: topic, topics: [topic] });
    await vi.waitFor(() => expect(member.delivered).toHaveLength(1), 10_000);
    proxy.cut();
    const lost = producer.send([{ topic, key: null, value: null }]).catch((error: unknown) => error);
    const began = Date.now();
    await log.close(1_000);
    expect(Date.now() - began).toBeLessThan(4_000);
    expect(await lost).toMatchObject({ code: "KAFKA_UNAVAILABLE" });
    const after = attempts;
    await sleep(3_000);
    expect(attempts - after).toBeLessThan(3);
    await proxy.close();
  });
});

describe("a topic that grows", () => {
  it("is read in its new partitions within ten seconds, from their beginning", { timeout: 60_000 }, async () => {
    const { bootstrap } = addresses().kafka;
    const log = createKafkajsLog({ bootstrap, clientId: "kafka-log-test" });
    const topic = `t${Math.random().toString(36).slice(2)}.growing`;
    await log.createTopics([{ topic, partitions: 2, config: {} }]);
    const members = [await joinGroup(log, { groupId: topic, topics: [topic] })];
    members.push(await joinGroup(log, { groupId: topic, topics: [topic] }));
    const producer = await log.producer();
    await producer.send([{ topic, key: "k", value: Buffer.from("before"), partition: 0 }]);
    await vi.waitFor(() => expect(members.flatMap((member) => member.values())).toContain("before"), 10_000);
    await grow(bootstrap, topic, 4);
    const grown = Date.now();
    const leftMs = () => grown + 10_000 - Date.now();
    // The producer, too, learns of the partitions; until then it refuses them.
    const values = Array.from({ length: 10 }, (_, at) => `after-${at}`);
    await vi.waitFor(
      () =>
        producer.send(
          values.map((value, at) => ({ topic, key: "k", value: Buffer.from(value), partition: 2 + (at % 2) })),
        ),
      { timeout: leftMs(), interval: 200 },
    );
    const read = () => new Set(members.flatMap((member) => member.values(member.generation())));
    await vi.waitFor(() => expect(values.filter((value) => !read().has(value))).toEqual([]), leftMs());
    process.stderr.write(`new partitions are read ${Date.now() - grown} ms after they came\n`);
    expect(members.flatMap((member) => member.partitions())).toHaveLength(4);
    expect(members.flatMap((member) => member.crashes)).toEqual([]);
    await log.close();
  });
});

async function grow(bootstrap: string, topic: string, count: number): Promise<void> {
  const client = new kafkajs.Kafka({ brokers: [bootstrap], logLevel: kafkajs.logLevel.NOTHING });
  const admin = client.admin();
  await admin.connect();
  await admin.createPartitions({ topicPartitions: [{ topic, count }] });
  await admin.disconnect();
}

describe("a compacted topic", () => {
  it("is read over batches that the cleaner has emptied", { timeout: 90_000 }, async () => {
    const { bootstrap } = addresses().kafka;
    const log = createKafkajsLog({ bootstrap, clientId: "kafka-log-test" });
    const topic = `t${Math.random().toString(36).slice(2)}.compacted`;
    const config = {
      "cleanup.policy": "compact",
      "segment.bytes": "1048576",
      "segment.ms": "2000",
      "min.cleanable.dirty.ratio": "0.001",
      "max.compaction.lag.ms": "100",
    };
    await log.createTopics([{ topic, partitions: 1, config }]);
    const producer = await log.producer();
    const fill = (name: string) =>
      producer.send(
        Array.from({ length: 8 }, (_, at) => ({ topic, key: `${name}-${at}`, value: Buffer.alloc(100_000) })),
      );
    const say = (by: Producer, value: string) => by.send([{ topic, key: "said", value: Buffer.from(value) }]);
    // The cleaner keeps the last batch of each producer, emptied. It stands at the end of a segment, and a fetch does not
    // go beyond its segment: there the client sees nothing, for ever. The segments are too large to be made one.
    await fill("first");
    const leaving = await log.producer();
    await say(leaving, "old");
    await leaving.close();
    await sleep(2_500);
    await say(producer, "new");
    await fill("second");
    await sleep(2_500);
    const read = async () => {
      const values: string[] = [];
      for await (const run of log.readToEnd([topic])) values.push(...run.map((record) => String(record.value)));
      return values;
    };
    await vi.waitFor(
      async () => {
        await producer.send([{ topic, key: "tick", value: Buffer.from("tick") }]);
        expect(await read()).not.toContain("old");
      },
      { timeout: 60_000, interval: 2_000 },
    );
    expect(await read()).toContain("new");
    const member = await joinGroup(log, { groupId: topic, topics: [topic] });
    await vi.waitFor(() => expect(member.values()).toContain("new"), 10_000);
    expect(member.values()).not.toContain("old");
    await log.close();
  });
});
