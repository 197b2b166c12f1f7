import type { Admin as KafkajsApi } from "kafkajs";
import type { Position, TopicSpec } from "#shared/contracts/log-record.ts";
import { compactedTopics } from "#shared/contracts/topics.ts";
import type { Clock } from "../clock/clock.ts";
import { within } from "./deadline.ts";
import { isRefusal, unavailable } from "./failure.ts";
import type { KafkajsClient } from "./kafkajs-client.ts";
import { toAppError } from "./kafkajs-failure.ts";
import { metadataAgeMsMax } from "./kafkajs-internals.ts";
import type { PartitionCounts } from "./kafkajs-producer.ts";
import type { Log } from "./port.ts";

/** How long the partitions of a compacted topic are believed, ms. */
export const countMsMax = 10_000;

/** What the admin is made of. */
export interface AdminParts {
  readonly clock: Clock;
  readonly connect: () => KafkajsClient;
  /** Each call rejects with `KAFKA_UNAVAILABLE` after this, ms. */
  readonly deadlineMs: number;
}

/** What a call to the broker is called in errors: what it does, and about which topics or group. */
interface Question {
  readonly what: string;
  readonly about: string;
}

/**
 * Questions about topics and groups. Each is asked again until it is answered; at its deadline it rejects with the
 * retryable `KAFKA_UNAVAILABLE`. What the brokers refuse is not asked again here.
 */
export class KafkajsAdmin
  implements
    PartitionCounts,
    Pick<
      Log,
      "partitions" | "offsets" | "committed" | "identity" | "topics" | "createTopics" | "groups" | "removeGroups"
    >
{
  readonly #parts: AdminParts;
  readonly #counts = new Map<string, { readonly partitions: number; readonly learntAt: number; askedAt: number }>();
  #connected: { readonly api: KafkajsApi; readonly client: KafkajsClient } | undefined;

  constructor(parts: AdminParts) {
    this.#parts = parts;
  }

  /**
   * A number that is some seconds old is asked for again meanwhile: topics grow. A compacted topic may be made again with
   * other partitions, and a key in the wrong one counts for nothing: an old number of it is none.
   */
  peek(topic: string): number | undefined {
    const known = this.#counts.get(topic);
    if (known === undefined) return undefined;
    const now = this.#parts.clock.now();
    if (now - known.learntAt >= countMsMax && compactedTopics.some((one) => topic.endsWith(one))) return undefined;
    if (now - known.askedAt >= metadataAgeMsMax) {
      known.askedAt = now;
      void this.learn([topic]).catch(() => {});
    }
    return known.partitions;
  }

  last(topic: string): number | undefined {
    return this.#counts.get(topic)?.partitions;
  }

  async learn(topics: readonly string[]): Promise<void> {
    if (topics.length === 0) return;
    const question = { what: "Looking up topics", about: topics.join(", ") };
    const known = await this.#ask(question, (api) => api.fetchTopicMetadata({ topics: [...topics] }));
    const now = this.#parts.clock.now();
    for (const { name, partitions } of known.topics)
      this.#counts.set(name, { partitions: partitions.length, learntAt: now, askedAt: now });
  }

  async partitions(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    await this.learn(topics);
    return new Map(topics.map((topic) => [topic, this.last(topic) ?? 0]));
  }

  async offsets(topics: readonly string[]) {
    await this.learn(topics);
    return (await Promise.all(topics.map((topic) => this.#offsetsOf(topic)))).flat();
  }

  async committed(groupId: string, topics: readonly string[]): Promise<readonly Position[]> {
    await this.learn(topics);
    const question = { what: "Looking up a group", about: groupId };
    const found = await this.#ask(question, (api) => api.fetchOffsets({ groupId, topics: [...topics] }));
    return found.flatMap(({ topic, partitions }) =>
      partitions
        .map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) }))
        .sort((a, b) => a.partition - b.partition),
    );
  }

  async groups(prefix: string): Promise<ReadonlyMap<string, number>> {
    const question = { what: "Listing groups", about: prefix };
    return this.#ask(question, async (api) => {
      const ids = (await api.listGroups()).groups.map(({ groupId }) => groupId).filter((id) => id.startsWith(prefix));
      if (ids.length === 0) return new Map();
      const { groups } = await api.describeGroups(ids);
      return new Map(groups.map(({ groupId, members }) => [groupId, members.length]));
    });
  }

  async removeGroups(groupIds: readonly string[]): Promise<void> {
    if (groupIds.length === 0) return;
    await this.#ask({ what: "Removing groups", about: groupIds.join(", ") }, (api) => api.deleteGroups([...groupIds]));
  }

  async identity(): Promise<string> {
    const question = { what: "Looking up the cluster", about: "" };
    return (await this.#ask(question, (api) => api.describeCluster())).clusterId;
  }

  topics(): Promise<readonly string[]> {
    return this.#ask({ what: "Listing topics", about: "" }, (api) => api.listTopics());
  }

  async createTopics(specs: readonly TopicSpec[]): Promise<readonly string[]> {
    const existing = new Set(await this.topics());
    const missing = specs.filter((spec) => !existing.has(spec.topic));
    if (missing.length === 0) return [];
    const names = missing.map((spec) => spec.topic);
    const question = { what: "Creating topics", about: names.join(", ") };
    await this.#ask(question, (api) => api.createTopics(toRequest(missing)));
    await this.#untilSeen(names);
    return names;
  }

  async close(): Promise<void> {
    if (this.#connected === undefined) return;
    const { api, client } = this.#connected;
    await within(this.#parts.clock, 500, api.disconnect());
    client.end();
    this.#connected = undefined;
  }

  async #offsetsOf(topic: string) {
    const question = { what: "Looking up offsets", about: topic };
    const found = await this.#ask(question, (api) => api.fetchTopicOffsets(topic));
    return found
      .map(({ partition, low, high }) => ({ topic, partition, low: Number(low), high: Number(high) }))
      .sort((a, b) => a.partition - b.partition);
  }

  /** A topic that was just made may not be known to every broker yet. */
  async #untilSeen(topics: readonly string[]): Promise<void> {
    const { clock, deadlineMs } = this.#parts;
    const until = clock.now() + deadlineMs;
    for (;;) {
      try {
        return await this.learn(topics);
      } catch (error) {
        if (clock.now() >= until) throw error;
        await clock.sleep(100);
      }
    }
  }

  async #ask<T>(question: Question, call: (api: KafkajsApi) => Promise<T>): Promise<T> {
    const { clock, deadlineMs } = this.#parts;
    const { what, about } = question;
    const until = clock.now() + deadlineMs;
    for (;;) {
      try {
        return await this.#askOnce(what, until - clock.now(), call);
      } catch (error) {
        const failure = toAppError(what, about, error);
        if (!failure.retryable || isRefusal(failure) || clock.now() >= until) throw failure;
        await clock.sleep(200);
      }
    }
  }

  /** A question that hangs takes its connection with it. */
  async #askOnce<T>(what: string, ms: number, call: (api: KafkajsApi) => Promise<T>): Promise<T> {
    const using = (this.#connected ??= this.#open());
    const work = using.api.connect().then(() => call(using.api));
    const answered = work.then((value) => ({ value }));
    const answer = await within(this.#parts.clock, ms, using.client.unlessRefused(answered)).catch((error: unknown) => {
      if (isRefusal(error)) this.#drop(using);
      throw error;
    });
    if (typeof answer !== "symbol") return answer.value;
    this.#drop(using);
    throw using.client.failure() ?? unavailable(what);
  }

  #drop(using: { readonly client: KafkajsClient }): void {
    if (this.#connected === using) this.#connected = undefined;
    using.client.end();
  }

  #open() {
    const client = this.#parts.connect();
    return { client, api: client.kafka.admin({ retry: { retries: 2 } }) };
  }
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
