import type { Producer as KafkajsApi, Message, RecordMetadata, TopicMessages } from "kafkajs";
import type { Headers, OutRecord, Position } from "#shared/contracts/log-record.ts";
import type { Clock } from "../clock/clock.ts";
import { slot } from "./assignment.ts";
import { Batcher, type PlacedRecord } from "./batcher.ts";
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
  /** How long a record waits for others at most, ms; 0: not at all. */
  readonly lingerMs: number;
  /** A larger record is refused unsent, bytes; the broker refuses what is above the topic's own bound. */
  readonly recordBytesMax: number;
  /** Called when the producer is closed. */
  readonly onClose: (producer: Producer) => void;
}

/** How many partitions topics have. */
export interface PartitionCounts {
  /** The number, if it is known already and not too old to place a key by. */
  peek(topic: string): number | undefined;
  /** The number that was learnt last, however old. */
  last(topic: string): number | undefined;
  /** Asks the broker. */
  learn(topics: readonly string[]): Promise<void>;
}

interface SizedRecord {
  readonly record: OutRecord;
  readonly size: number;
}

interface Connected {
  readonly api: KafkajsApi;
  readonly ready: Promise<void>;
  readonly client: KafkajsClient;
}

/**
 * A producer with its guards; `docs/adr/0004-kafkajs-behind-a-port.md` says why they are needed. What queues up
 * during a send is the next batch, linger or not. No transactions. A rejection is "unknown", never "not written".
 */
export class KafkajsProducer implements Producer {
  readonly #parts: ProducerParts;
  readonly #partitionOf = createPartitioner();
  /**
   * One `sendBatch` outstanding: with two batches at once and one lost response the idempotent producer loses a batch
   * that it reports as written (#1005).
   */
  readonly #batcher: Batcher;
  #connected: Connected | undefined;
  #lookups: Promise<unknown> = Promise.resolve();
  #lookupsWaiting = 0;
  #isClosed = false;
  /** The close has waited long enough: what is still queued is rejected, and no new client is opened for it. */
  #hasGivenUp = false;

  constructor(parts: ProducerParts) {
    this.#parts = parts;
    const { clock, lingerMs } = parts;
    this.#batcher = new Batcher((batch) => this.#write(batch), lingerMs > 0 ? { linger: { ms: lingerMs, clock } } : {});
  }

  /** Sends keep the order of the calls, also when one of them has to ask for partitions first. */
  async send(records: readonly OutRecord[]): Promise<readonly Position[]> {
    const { partitionCounts } = this.#parts;
    if (this.#isClosed) throw unavailable("Sending with a closed producer");
    const sized = records.map((record) => this.#sized(record));
    const unknown = records.map((record) => record.topic).filter((topic) => partitionCounts.peek(topic) === undefined);
    if (this.#lookupsWaiting === 0 && unknown.length === 0) return this.#add(sized);
    return this.#addAfterLookup(sized, [...new Set(unknown)]);
  }

  async close(deadlineMs = 5_000): Promise<void> {
    const { clock, onClose } = this.#parts;
    this.#isClosed = true;
    onClose(this);
    this.#batcher.flush();
    await within(clock, deadlineMs, this.#drain());
    this.#hasGivenUp = true;
    const using = this.#connected;
    if (using === undefined) return;
    await within(clock, 500, using.api.disconnect());
    this.#retire(using);
  }

  async #drain(): Promise<void> {
    await this.#lookups;
    await this.#batcher.idle();
  }

  /** Measured once: what is refused and what fits a write go by the same figure. */
  #sized(record: OutRecord): SizedRecord {
    const size = recordSize(record);
    if (size > this.#parts.recordBytesMax) throw recordTooLarge(record.topic);
    return { record, size };
  }

  #add(records: readonly SizedRecord[]): Promise<readonly Position[]> {
    return this.#batcher.add(records.map((record) => this.#place(record)));
  }

  async #addAfterLookup(records: readonly SizedRecord[], topics: readonly string[]): Promise<readonly Position[]> {
    this.#lookupsWaiting += 1;
    const added = this.#lookups
      .then(() => this.#parts.partitionCounts.learn(topics))
      .then(() => ({ written: this.#add(records) }))
      .finally(() => {
        this.#lookupsWaiting -= 1;
      });
    this.#lookups = added.then(
      ({ written }) => void written.catch(() => {}),
      () => {},
    );
    return (await added).written;
  }

  /** kafkajs asks its partitioner again at each retry, so the partition is chosen here, once. */
  #place({ record, size }: SizedRecord): PlacedRecord {
    const count = this.#parts.partitionCounts.last(record.topic) ?? 0;
    const partition = this.#partitionOf(record, count);
    if (!(partition < count)) throw unknownTopic(`${record.topic}/${partition}`);
    return { ...record, partition, size };
  }

  /** After any rejection comes a new producer, with a new producer id (#1005). */
  async #write(batch: readonly PlacedRecord[]): Promise<readonly Position[]> {
    const { clock, sendDeadlineMs } = this.#parts;
    if (this.#hasGivenUp) throw unavailable("Sending with a closed producer");
    const using = (this.#connected ??= this.#open());
    try {
      const sent = this.#sendBatch(using, batch);
      const written = await within(clock, sendDeadlineMs, using.client.unlessRefused(sent));
      if (written === late) throw using.client.failure() ?? unavailable("Sending");
      return positionsOf(batch, written);
    } catch (error) {
      this.#retire(using);
      throw toAppError("Sending", batch[0]?.topic ?? "", error);
    }
  }

  /** No topic comes into being by a typing error. */
  #open(): Connected {
    const client = this.#parts.connect();
    const api = client.kafka.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner: () => (args) => args.message.partition ?? 0,
    });
    const ready = api.connect();
    ready.catch(() => {});
    return { api, ready, client };
  }

  async #sendBatch({ api, ready }: Connected, batch: readonly PlacedRecord[]): Promise<readonly RecordMetadata[]> {
    await ready;
    return api.sendBatch({ acks: -1, topicMessages: byTopic(batch, this.#parts.clock.now()) });
  }

  /** Cut off at once: a late retry of the old producer must not write an old value after a newer one. */
  #retire(using: Connected): void {
    if (this.#connected === using) this.#connected = undefined;
    using.client.end();
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

function toMessage({ key, value, headers, partition, timestamp: own }: PlacedRecord, now: string): Message {
  const timestamp = own === undefined ? now : String(own);
  return { key, value, partition, timestamp, ...(headers === undefined ? {} : { headers: toHeaders(headers) }) };
}

function toHeaders(headers: Headers): Record<string, Buffer | Buffer[]> {
  const known: Record<string, Buffer | Buffer[]> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) known[name] = Buffer.isBuffer(value) ? value : [...value];
  }
  return known;
}

/**
 * The broker gives the first offset of each partition's part; the rest follow in order. kafkajs drops records for a
 * partition that it does not know yet, in silence: the topic has grown, and a new client knows it.
 */
function positionsOf(batch: readonly PlacedRecord[], written: readonly RecordMetadata[]): readonly Position[] {
  const next = new Map(
    written.map(({ topicName, partition, baseOffset }) => [slot({ topic: topicName, partition }), Number(baseOffset)]),
  );
  return batch.map(({ topic, partition }) => {
    const at = { topic, partition };
    const offset = next.get(slot(at));
    if (offset === undefined) throw unavailable(`Sending to ${slot(at)}`);
    next.set(slot(at), offset + 1);
    return { ...at, offset };
  });
}
