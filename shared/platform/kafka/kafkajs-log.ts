import { type Clock, systemClock } from "../clock/clock.ts";
import { createKafkajsAdmin } from "./kafkajs-admin.ts";
import { type ConnectionOptions, createKafkajsClient } from "./kafkajs-client.ts";
import { createKafkajsConsumer } from "./kafkajs-consumer.ts";
import { createKafkajsProducer } from "./kafkajs-producer.ts";
import { readToEnd } from "./kafkajs-reader.ts";
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
  const admin = createKafkajsAdmin({ clock, connect, deadlineMs: options.adminDeadlineMs ?? 10_000 });
  const open = new Set<Producer | Consumer>();

  function keep<T extends Producer | Consumer>(client: T): T {
    const kept: T = {
      ...client,
      close: async (deadlineMs?: number) => {
        open.delete(kept);
        await client.close(deadlineMs);
      },
    };
    open.add(kept);
    return kept;
  }

  return {
    producer: async () =>
      keep(
        createKafkajsProducer({
          clock,
          connect,
          partitionCounts: admin.partitionCounts,
          sendDeadlineMs: options.sendDeadlineMs ?? kafkaDefaults.sendDeadlineMs,
          recordBytesMax: options.recordBytesMax ?? 16_777_216,
        }),
      ),
    consumer: async (wanted) =>
      keep(
        createKafkajsConsumer(wanted, {
          clock,
          connect,
          fetchWaitMs: options.fetchWaitMs ?? kafkaDefaults.fetchWaitMs,
          fetchEveryMs: options.fetchEveryMs ?? kafkaDefaults.fetchEveryMs,
          commitDeadlineMs: options.commitDeadlineMs ?? 10_000,
        }),
      ),
    readToEnd: (topics, signal) =>
      readToEnd({ clock, connect, bounds: admin.offsets, stallMs: options.readStallMs ?? 30_000 }, topics, signal),
    offsets: admin.offsets,
    committed: admin.committed,
    createTopics: admin.createTopics,
    close: async (deadlineMs) => {
      await Promise.all([...open].map((client) => client.close(deadlineMs)));
      await admin.close();
    },
  };
}
