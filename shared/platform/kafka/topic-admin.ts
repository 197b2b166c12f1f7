import type { ConfigResourceTypes } from "kafkajs";
import type { TopicSpec } from "#shared/contracts/log-record.ts";
import { systemClock } from "../clock/clock.ts";
import { within } from "./deadline.ts";
import { unavailable } from "./failure.ts";
import { type ConnectionOptions, createKafkajsClient } from "./kafkajs-client.ts";
import { toAppError } from "./kafkajs-failure.ts";
import { kafkajs } from "./kafkajs-internals.ts";

/** A topic as the broker has it; `config` holds what was set for the topic itself. */
export interface TopicState {
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly config: Readonly<Record<string, string>>;
}

/**
 * Changes to topics that no running process makes: `comms topic` does. Each call rejects with the log's errors,
 * `KAFKA_UNAVAILABLE` (retryable) after ten seconds.
 */
export interface TopicAdmin {
  /** Undefined if there is no such topic. */
  topic(name: string): Promise<TopicState | undefined>;
  /** How many members a group has now. */
  members(groupId: string): Promise<number>;
  /** Whether a broker makes a topic by itself where somebody writes to a name. */
  makesTopics(): Promise<boolean>;
  /** Makes a topic. Resolves when it can be seen. */
  create(spec: TopicSpec): Promise<void>;
  /** Adds partitions. Keys that come later may lie elsewhere than before. */
  grow(name: string, partitions: number): Promise<void>;
  /** Replaces what is set for the topic itself. */
  configure(name: string, config: Readonly<Record<string, string>>): Promise<void>;
  /** Removes a topic with its records, and what groups have committed on it. Resolves when it cannot be seen any more. */
  remove(name: string): Promise<void>;
  close(): Promise<void>;
}

const deadlineMs = 10_000;
/** A tenth of a second apart. */
const triesMax = 100;
/** Kafka's number for a value that was set for the topic. */
const setForTopic = 1;

function isSetForTopic(source: number): boolean {
  return source === setForTopic;
}

/** The API of a client, each call with a deadline and our errors, and what several calls are made of. */
function openApi(options: ConnectionOptions) {
  const client = createKafkajsClient(options);
  const api = client.kafka.admin({ retry: { retries: 2 } });
  const ask = async <T>(what: string, about: string, call: () => Promise<T>): Promise<T> => {
    try {
      const work = api
        .connect()
        .then(call)
        .then((value) => ({ value }));
      const answer = await within(systemClock, deadlineMs, client.unlessRefused(work));
      if (typeof answer === "symbol") throw client.failure() ?? unavailable(what);
      return answer.value;
    } catch (error) {
      throw toAppError(what, about, error);
    }
  };
  const exists = async (name: string): Promise<boolean> =>
    (await ask("Listing topics", name, () => api.listTopics())).includes(name);
  return {
    api,
    client,
    ask,
    exists,
    /** Resolves once all can see that the topic is there, or is not. */
    until: async (name: string, isThere: boolean): Promise<void> => {
      for (let tries = 0; (await exists(name)) !== isThere; tries++) {
        if (tries === triesMax) throw unavailable(isThere ? "Making a topic" : "Removing a topic");
        await systemClock.sleep(100);
      }
    },
    configOf: async (type: ConfigResourceTypes, name: string) => {
      const found = await ask("Looking up settings", name, () =>
        api.describeConfigs({ includeSynonyms: false, resources: [{ type, name }] }),
      );
      return found.resources.flatMap(({ configEntries }) => configEntries);
    },
  };
}

/** Topic changes on real brokers. Connects when it is first used. */
export function createTopicAdmin(options: ConnectionOptions): TopicAdmin {
  const { api, client, ask, exists, until, configOf } = openApi(options);
  return {
    topic: async (name) => {
      if (!(await exists(name))) return undefined;
      const found = await ask("Looking up a topic", name, () => api.fetchTopicMetadata({ topics: [name] }));
      const partitions = found.topics.flatMap((topic) => topic.partitions);
      const own = (await configOf(kafkajs.ConfigResourceTypes.TOPIC, name)).filter(({ configSource }) =>
        isSetForTopic(configSource),
      );
      return {
        partitions: partitions.length,
        replicationFactor: partitions[0]?.replicas.length ?? 1,
        config: Object.fromEntries(own.map(({ configName, configValue }) => [configName, configValue])),
      };
    },
    members: async (groupId) => {
      const { groups } = await ask("Looking up a group", groupId, () => api.describeGroups([groupId]));
      return groups.reduce((sum, { members }) => sum + members.length, 0);
    },
    makesTopics: async () => {
      const { brokers } = await ask("Looking up brokers", "", () => api.describeCluster());
      const entries = await configOf(kafkajs.ConfigResourceTypes.BROKER, String(brokers[0]?.nodeId ?? 0));
      return entries.some(
        ({ configName, configValue }) => configName === "auto.create.topics.enable" && configValue === "true",
      );
    },
    create: async ({ topic, partitions, replicationFactor = -1, config }) => {
      const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
      const spec = { topic, numPartitions: partitions, replicationFactor, configEntries };
      await ask("Making a topic", topic, () => api.createTopics({ topics: [spec] }));
      await until(topic, true);
    },
    grow: async (name, count) => {
      await ask("Growing a topic", name, () => api.createPartitions({ topicPartitions: [{ topic: name, count }] }));
    },
    configure: async (name, config) => {
      const configEntries = Object.entries(config).map(([key, value]) => ({ name: key, value }));
      const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configEntries }];
      await ask("Configuring a topic", name, () => api.alterConfigs({ validateOnly: false, resources }));
    },
    remove: async (name) => {
      await ask("Removing a topic", name, () => api.deleteTopics({ topics: [name] }));
      await until(name, false);
    },
    close: async () => {
      await within(systemClock, 500, api.disconnect());
      client.end();
    },
  };
}
