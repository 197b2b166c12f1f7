import { kafkajs } from "#shared/kafka/kafkajs-internals.ts";
import { createKafkajsLog } from "#shared/kafka/kafkajs-log.ts";
import { describeLog, type LogUnderTest } from "../contract/log-conformance.ts";
import { addresses } from "../support/addresses.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

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
