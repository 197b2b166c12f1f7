import type { Admin as KafkajsApi } from "kafkajs";
import type { Position, TopicSpec } from "#shared/contracts/log-record.ts";
import type { Clock } from "../clock/clock.ts";
import { within } from "./deadline.ts";
import { unavailable } from "./failure.ts";
import type { KafkajsClient } from "./kafkajs-client.ts";
import { toAppError } from "./kafkajs-failure.ts";
import type { PartitionCounts } from "./kafkajs-producer.ts";
import type { Log } from "./port.ts";

/** Questions about topics and groups. All reject with the retryable `KAFKA_UNAVAILABLE` at their deadline. */
export interface KafkajsAdmin extends Pick<Log, "offsets" | "committed" | "createTopics"> {
  readonly partitionCounts: PartitionCounts;
  close(): Promise<void>;
}

/** What the admin is made of. */
export interface AdminParts {
  readonly clock: Clock;
  readonly connect: () => KafkajsClient;
  /** Each call rejects with `KAFKA_UNAVAILABLE` after this, ms. */
  readonly deadlineMs: number;
}

/** Questions about topics and groups. Each is asked again until it is answered or its deadline has passed. */
export function createKafkajsAdmin({ clock, connect, deadlineMs }: AdminParts): KafkajsAdmin {
  const counts = new Map<string, number>();
  let connected: { readonly api: KafkajsApi; readonly client: KafkajsClient } | undefined;

  async function ask<T>(what: string, about: string, question: (api: KafkajsApi) => Promise<T>): Promise<T> {
    const until = clock.now() + deadlineMs;
    for (;;) {
      try {
        return await answered(what, until - clock.now(), question);
      } catch (error) {
        const trouble = toAppError(what, about, error);
        if (!trouble.retryable || clock.now() >= until) throw trouble;
        await clock.sleep(200);
      }
    }
  }

  /** A question that hangs takes its connection with it. */
  async function answered<T>(what: string, ms: number, question: (api: KafkajsApi) => Promise<T>): Promise<T> {
    const using = (connected ??= open());
    const work = using.api.connect().then(() => question(using.api));
    const answer = await within(
      clock,
      ms,
      work.then((value) => ({ value })),
    );
    if (typeof answer !== "symbol") return answer.value;
    if (connected === using) connected = undefined;
    using.client.end();
    throw unavailable(what);
  }

  function open() {
    const client = connect();
    return { client, api: client.kafka.admin({ retry: { retries: 2 } }) };
  }

  async function learn(topics: readonly string[]): Promise<void> {
    if (topics.length === 0) return;
    const known = await ask("Looking up topics", topics.join(", "), (api) =>
      api.fetchTopicMetadata({ topics: [...topics] }),
    );
    for (const { name, partitions } of known.topics) counts.set(name, partitions.length);
  }

  async function offsetsOf(topic: string) {
    const found = await ask("Looking up offsets", topic, (api) => api.fetchTopicOffsets(topic));
    return found
      .map(({ partition, low, high }) => ({ topic, partition, low: Number(low), high: Number(high) }))
      .sort((a, b) => a.partition - b.partition);
  }

  async function committed(groupId: string, topics: readonly string[]): Promise<readonly Position[]> {
    await learn(topics);
    const found = await ask("Looking up a group", groupId, (api) => api.fetchOffsets({ groupId, topics: [...topics] }));
    return found.flatMap(({ topic, partitions }) =>
      partitions
        .map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) }))
        .sort((a, b) => a.partition - b.partition),
    );
  }

  async function createTopics(specs: readonly TopicSpec[]): Promise<readonly string[]> {
    const existing = new Set(await ask("Listing topics", "", (api) => api.listTopics()));
    const missing = specs.filter((spec) => !existing.has(spec.topic));
    if (missing.length === 0) return [];
    const names = missing.map((spec) => spec.topic);
    await ask("Creating topics", names.join(", "), (api) => api.createTopics(toRequest(missing)));
    await untilSeen(names);
    return names;
  }

  /** A topic that was just made may not be known to every broker yet. */
  async function untilSeen(topics: readonly string[]): Promise<void> {
    const until = clock.now() + deadlineMs;
    for (;;) {
      try {
        return await learn(topics);
      } catch (error) {
        if (clock.now() >= until) throw error;
        await clock.sleep(100);
      }
    }
  }

  return {
    partitionCounts: { peek: (topic) => counts.get(topic), learn },
    offsets: async (topics) => {
      await learn(topics);
      return (await Promise.all(topics.map(offsetsOf))).flat();
    },
    committed,
    createTopics,
    close: async () => {
      if (connected === undefined) return;
      await within(clock, 500, connected.api.disconnect());
      connected.client.end();
      connected = undefined;
    },
  };
}

function toRequest(specs: readonly TopicSpec[]) {
  return {
    waitForLeaders: false,
    topics: specs.map(({ topic, partitions, replicationFactor = -1, config }) => ({
      topic,
      numPartitions: partitions,
      replicationFactor,
      configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
    })),
  };
}
