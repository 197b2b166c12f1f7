import type { Producer as KafkajsApi, Message, RecordMetadata, TopicMessages } from "kafkajs";
import type { Headers, OutRecord, Position } from "#shared/contracts/log-record.ts";
import type { Clock } from "../clock/clock.ts";
import { slot } from "./assignment.ts";
import { createBatcher, type PlacedRecord } from "./batcher.ts";
import { late, within } from "./deadline.ts";
import { recordTooLarge, unavailable, unknownTopic } from "./failure.ts";
import type { KafkajsClient } from "./kafkajs-client.ts";
import { toAppError } from "./kafkajs-failure.ts";
import { createPartitioner } from "./partitioner.ts";
import type { Producer } from "./port.ts";
import { recordSize } from "./record-size.ts";

/** What a producer on kafkajs is made of. */
export interface ProducerParts {
  readonly clock: Clock;
  readonly connect: () => KafkajsClient;
  /** How many partitions each topic has; rejects with `KAFKA_UNKNOWN_TOPIC`. */
  readonly partitionCounts: PartitionCounts;
  /** After so long without an acknowledgement a send rejects, ms. */
  readonly sendDeadlineMs: number;
  /** A record above this is refused unsent, bytes; the broker refuses what is above the topic's own bound. */
  readonly recordBytesMax: number;
}

/** How many partitions topics have. */
export interface PartitionCounts {
  /** What is known already. */
  peek(topic: string): number | undefined;
  learn(topics: readonly string[]): Promise<void>;
}

interface Connected {
  readonly api: KafkajsApi;
  readonly ready: Promise<void>;
  readonly client: KafkajsClient;
}

/**
 * A producer with its guards; why they are needed stands in `docs/adr/0004-kafkajs-behind-a-port.md`. Two batches at once
 * and one lost response make the idempotent producer lose a batch that it reports as written (#1005); so there is one
 * batcher with one `sendBatch` outstanding, and after any rejection a new producer, with a new producer id. kafkajs asks
 * the partitioner again at each retry, so the partition is chosen here, once. No linger: what queues up during a send is
 * the next batch. No topic is made by a typing error. No transactions. A rejection is "unknown", never "not written".
 */
export function createKafkajsProducer(parts: ProducerParts): Producer {
  const { clock, partitionCounts } = parts;
  const partitionOf = createPartitioner();
  const batcher = createBatcher(write);
  let connected: Connected | undefined;
  let lookups: Promise<unknown> = Promise.resolve();
  let looking = 0;
  let closed = false;

  /** Sends keep the order of the calls, also when one of them has to ask for partitions first. */
  async function send(records: readonly OutRecord[]): Promise<readonly Position[]> {
    if (closed) throw unavailable("Sending with a closed producer");
    const oversize = records.find((record) => recordSize(record) > parts.recordBytesMax);
    if (oversize !== undefined) throw recordTooLarge(oversize.topic);
    const unknown = records.map((record) => record.topic).filter((topic) => partitionCounts.peek(topic) === undefined);
    if (looking === 0 && unknown.length === 0) return batcher.add(records.map(place));
    return addAfterLookup(records, [...new Set(unknown)]);
  }

  async function addAfterLookup(records: readonly OutRecord[], topics: readonly string[]) {
    looking += 1;
    const added = lookups
      .then(() => partitionCounts.learn(topics))
      .then(() => ({ written: batcher.add(records.map(place)) }))
      .finally(() => {
        looking -= 1;
      });
    lookups = added.then(
      ({ written }) => void written.catch(() => {}),
      () => {},
    );
    return (await added).written;
  }

  function place(record: OutRecord): PlacedRecord {
    const count = partitionCounts.peek(record.topic) ?? 0;
    const partition = partitionOf(record, count);
    if (!(partition < count)) throw unknownTopic(`${record.topic}/${partition}`);
    return { ...record, partition };
  }

  async function write(batch: readonly PlacedRecord[]): Promise<readonly Position[]> {
    const using = (connected ??= open());
    try {
      const written = await within(clock, parts.sendDeadlineMs, sendBatch(using, batch));
      if (written === late) throw unavailable("Sending");
      return positionsOf(batch, written);
    } catch (error) {
      retire(using);
      throw toAppError("Sending", batch[0]?.topic ?? "", error);
    }
  }

  function open(): Connected {
    const client = parts.connect();
    const api = client.kafka.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner: () => (args) => args.message.partition ?? 0,
    });
    const ready = api.connect();
    ready.catch(() => {});
    return { api, ready, client };
  }

  async function sendBatch(
    { api, ready }: Connected,
    batch: readonly PlacedRecord[],
  ): Promise<readonly RecordMetadata[]> {
    await ready;
    return api.sendBatch({ acks: -1, topicMessages: byTopic(batch, clock.now()) });
  }

  /** Cut off at once: a late retry of the old producer must not write an old value after a newer one. */
  function retire(using: Connected): void {
    if (connected === using) connected = undefined;
    using.client.end();
  }

  return {
    send,
    close: async (deadlineMs = 5_000) => {
      closed = true;
      await within(clock, deadlineMs, drained());
      if (connected !== undefined) {
        await within(clock, 500, connected.api.disconnect());
        retire(connected);
      }
    },
  };

  async function drained(): Promise<void> {
    await lookups;
    await batcher.idle();
  }
}

function byTopic(batch: readonly PlacedRecord[], now: number): TopicMessages[] {
  const topics = new Map<string, Message[]>();
  const timestamp = String(now);
  for (const record of batch) {
    const messages = topics.get(record.topic) ?? [];
    topics.set(record.topic, messages);
    messages.push(toMessage(record, timestamp));
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
}

function toMessage({ key, value, headers, partition }: PlacedRecord, timestamp: string): Message {
  return { key, value, partition, timestamp, ...(headers === undefined ? {} : { headers: toHeaders(headers) }) };
}

function toHeaders(headers: Headers): Record<string, Buffer | Buffer[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Buffer.isBuffer(value) ? value : [...value]]),
  );
}

/** The broker gives the first offset of each partition's part; the rest follow in order. */
function positionsOf(batch: readonly PlacedRecord[], written: readonly RecordMetadata[]): readonly Position[] {
  const next = new Map(
    written.map(({ topicName, partition, baseOffset }) => [slot({ topic: topicName, partition }), Number(baseOffset)]),
  );
  return batch.map(({ topic, partition }) => {
    const at = { topic, partition };
    const offset = next.get(slot(at)) ?? Number.NaN;
    next.set(slot(at), offset + 1);
    return { ...at, offset };
  });
}
