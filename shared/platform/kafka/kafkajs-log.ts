import { type Clock, systemClock } from "../clock/clock.ts";
import { KafkajsAdmin } from "./kafkajs-admin.ts";
import { type ConnectionOptions, createKafkajsClient } from "./kafkajs-client.ts";
import { KafkajsConsumer } from "./kafkajs-consumer.ts";
import { KafkajsProducer } from "./kafkajs-producer.ts";
import { boundsFrom, readToEnd } from "./kafkajs-reader.ts";
import { KafkajsTimestamps } from "./kafkajs-timestamps.ts";
import type { Consumer, Log, Producer } from "./port.ts";

/** What holds where the options say nothing else, ms. */
export const kafkaDefaults = { sendDeadlineMs: 30_000, fetchWaitMs: 500, fetchEveryMs: 20 } as const;

/** How to reach the log, and how long to wait for it, ms. */
export interface KafkajsLogOptions extends ConnectionOptions {
  readonly clock?: Clock;
  /** Default 30,000. A send that is not acknowledged by then rejects with `KAFKA_UNAVAILABLE`. */
  readonly sendDeadlineMs?: number;
  /** Default 10,000. */
  readonly commitDeadlineMs?: number;
  /** Default 10,000. Questions about topics and groups. */
  readonly adminDeadlineMs?: number;
  /** Default 500. How long a fetch waits for records; a resumed partition may wait as long. */
  readonly fetchWaitMs?: number;
  /** Default 20. How far apart two fetches from one broker begin at least: what a record may wait for others under load. */
  readonly fetchEveryMs?: number;
  /** Default 16,777,216. A larger record is refused unsent. */
  readonly recordBytesMax?: number;
  /** Default 30,000. `readToEnd` rejects with `KAFKA_UNAVAILABLE` when nothing moves for so long. */
  readonly readStallMs?: number;
}

/**
 * The log on a real broker. Connects when it is first used, and rides out an outage: sends and commits wait for the
 * broker until their deadlines.
 *
 * ```ts
 * const log = createKafkajsLog({ bootstrap: "127.0.0.1:9092", clientId: "comms-router@host" });
 * const producer = await log.producer();
 * ```
 */
export function createKafkajsLog(options: KafkajsLogOptions): Log {
  const clock = options.clock ?? systemClock;
  const connect = () => createKafkajsClient(options);
  const questions = { clock, connect, deadlineMs: options.adminDeadlineMs ?? 10_000 };
  const admin = new KafkajsAdmin(questions);
  const timestamps = new KafkajsTimestamps(questions);
  const bounds = (topics: readonly string[]) => admin.offsets(topics);
  const clients = new Set<Producer | Consumer>();

  function keep<T extends Producer | Consumer>(client: T): T {
    clients.add(client);
    return client;
  }

  return {
    producer: async ({ lingerMs = 0 } = {}) =>
      keep(
        new KafkajsProducer({
          clock,
          connect,
          partitionCounts: admin,
          lingerMs,
          sendDeadlineMs: options.sendDeadlineMs ?? kafkaDefaults.sendDeadlineMs,
          recordBytesMax: options.recordBytesMax ?? 16_777_216,
          onClose: (producer) => clients.delete(producer),
        }),
      ),
    consumer: async (wanted) =>
      keep(
        new KafkajsConsumer(wanted, {
          clock,
          connect,
          fetchWaitMs: options.fetchWaitMs ?? kafkaDefaults.fetchWaitMs,
          fetchEveryMs: options.fetchEveryMs ?? kafkaDefaults.fetchEveryMs,
          commitDeadlineMs: options.commitDeadlineMs ?? 10_000,
          onClose: (consumer) => clients.delete(consumer),
        }),
      ),
    readToEnd: (topics, signal, from) => {
      const parts = { clock, connect, bounds: boundsFrom(bounds, from), stallMs: options.readStallMs ?? 30_000 };
      return readToEnd(parts, topics, signal);
    },
    partitions: (topics) => admin.partitions(topics),
    offsets: bounds,
    committed: (groupId, topics) => admin.committed(groupId, topics),
    timestamps: (positions) => timestamps.at(positions),
    groups: (prefix) => admin.groups(prefix),
    removeGroups: (groupIds) => admin.removeGroups(groupIds),
    identity: () => admin.identity(),
    topics: () => admin.topics(),
    createTopics: (specs) => admin.createTopics(specs),
    close: async (deadlineMs) => {
      await Promise.all([...clients].map((client) => client.close(deadlineMs)));
      timestamps.close();
      await admin.close();
    },
  };
}
