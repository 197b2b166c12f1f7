import { environmentWith, readConfig } from "#shared/platform/config/environment.ts";
import { brokerSettings } from "#shared/platform/config/kafka-settings.ts";
import { kafkaConnection } from "#shared/platform/kafka/kafka-security.ts";
import { createKafkajsLog } from "#shared/platform/kafka/kafkajs-log.ts";
import { startStack } from "#stack/stack.ts";
import { ownStack } from "#tests/support/own-stack.ts";
import { figure, heading, percentile } from "./figures.ts";

/** About what an order or a decision has. */
const recordBytes = 1_000;
const records = 20_000;
/** What a stage sends and fetches at once where it is saturated. */
const batch = 256;
const passes = 7;

/**
 * What a mail with its callback is on the log, its event shared by nobody: accepted, decided, routed, rendered, ordered, sent,
 * called back and delivered are written by us, the event besides; and each is read by as many groups as its contract says.
 */
const mail = { written: 9, read: 14 };

interface Cost {
  /** CPU of this process, µs a record. */
  readonly written: number;
  readonly read: number;
}

/** CPU of TLS a mail: the client's own code over a socket with TLS and without, on the same records, saturated. */
export async function benchTls(): Promise<void> {
  heading(`TLS: ${records.toLocaleString("en-US")} records of ${recordBytes} B, ${batch} a send; CPU of the client`);
  const plain = await costOn(false);
  const secure = await costOn(true);
  const row = (name: string, of: Cost) =>
    figure(name, `${of.written.toFixed(1)} µs a record written, ${of.read.toFixed(1)} read`);
  row("plain text", plain);
  row("TLS 1.3 (mTLS)", secure);
  const [out, back] = [secure.written - plain.written, secure.read - plain.read];
  figure("what TLS adds to a record", `${out.toFixed(1)} µs written, ${back.toFixed(1)} read`);
  const sum = out * mail.written + back * mail.read;
  figure("what TLS adds to a mail", `${sum.toFixed(0)} µs: ${mail.written} records out, ${mail.read} in`);
}

async function costOn(isSecure: boolean): Promise<Cost> {
  const own = await ownStack({ secure: isSecure });
  try {
    await startStack(own.options);
    const config = readConfig(brokerSettings, environmentWith({ COMMS_STACK_ROOT: own.options.root }));
    const log = createKafkajsLog(kafkaConnection(config, "bench"));
    const costs: Cost[] = [];
    for (let pass = 0; pass < passes; pass++) costs.push(await onePass(log, `bench-${pass}`));
    await log.close();
    // The first passes warm the code up.
    const settled = costs.slice(2);
    const median = (of: (cost: Cost) => number) => percentile(settled.map(of), 0.5);
    return { written: median(({ written }) => written), read: median(({ read }) => read) };
  } finally {
    await own.remove();
  }
}

async function onePass(log: ReturnType<typeof createKafkajsLog>, topic: string): Promise<Cost> {
  await log.createTopics([{ topic, partitions: 1, replicationFactor: 1, config: {} }]);
  const producer = await log.producer();
  const value = Buffer.alloc(recordBytes, 7);
  const one = { topic, key: null, value };
  const written = await cpuOf(async () => {
    for (let sent = 0; sent < records; sent += batch) await producer.send(Array.from({ length: batch }, () => one));
  });
  await producer.close();
  let count = 0;
  const read = await cpuOf(async () => {
    for await (const run of log.readToEnd([topic])) count += run.length;
  });
  return { written: written / count, read: read / count };
}

/** User and system time of this process while the work goes on, µs. */
async function cpuOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
