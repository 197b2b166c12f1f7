import type { InRecord, TopicSpec } from "#shared/contracts/log-record.ts";
import { schemaOfTopic } from "#shared/contracts/schema-files.ts";
import { allTopicSpecs } from "#shared/contracts/topic-contract.ts";
import { compactedTopics, isCompactedTopic, type TopicName, topicRecords } from "#shared/contracts/topics.ts";
import { schemaIdOf } from "../avro/framing.ts";
import { type Registry, subjectOf } from "../avro/registry.ts";
import { type ForeignVersions, findForeignVersions, markReleased } from "../avro/released-schemas.ts";
import { AppError } from "../errors/app-error.ts";
import type { Log } from "../kafka/port.ts";
import { sideTopic } from "./repartition.ts";

/** Where to provision, and under which names. */
export interface ProvisionOptions {
  readonly log: Log;
  readonly registry: Registry;
  /** Put before every topic's name; empty for none. */
  readonly prefix: string;
  /** Copies of each partition. Default 1, as one broker can hold no more; three in production. */
  readonly replicationFactor?: number;
}

/** What was missing and is there now; all empty the second time. */
export interface ProvisionResult {
  /** Whole names of the topics that were missing. */
  readonly topicsCreated: readonly string[];
  /** Subjects that had no, or an earlier, schema. */
  readonly schemasRegistered: readonly string[];
  /** Subjects of released versions at which one was not marked yet. */
  readonly releasesMarked: readonly string[];
}

/** What provisioning found out and does not change. */
export interface ProvisionReport extends ProvisionResult {
  /** Versions that somebody else has registered; stages refuse what is written with them. */
  readonly foreignVersions: readonly ForeignVersions[];
  /** Compacted topics, by their whole names, with more partitions than their contract: made so, or grown in place. */
  readonly largerCompacted: readonly string[];
}

/**
 * Brings log and registry to the contracts: topics, then the marks of released versions, then compatibility
 * levels, then schemas. Again, it changes nothing.
 * Never alters a topic that exists. Refuses, not retryably, with
 * - `TOPIC_REPARTITION_UNFINISHED`: a repartitioning was cut off,
 * - `TOPIC_PARTITIONS_TOO_FEW`: an existing topic has fewer partitions than its contract,
 * - `REGISTRY_YOUNGER_THAN_LOG`: the log holds schema ids that the registry has lost,
 * - `REGISTRY_INCOMPATIBLE`: a schema does not go with its earlier versions.
 */
export async function provision(options: ProvisionOptions): Promise<ProvisionReport> {
  const { log, prefix } = options;
  const specs = allTopicSpecs(prefix).map((spec) => replicated(spec, options.replicationFactor ?? 1));
  await refuseUnfinishedRepartition(options);
  const topicsCreated = await log.createTopics(specs);
  const grown = await refuseFewerPartitions(options, specs);
  const missing = await unregistered(options);
  await refuseYoungerRegistry(options, missing);
  // First the marks: a stage of another release must know a version before anybody can write with it.
  const releasesMarked = await markReleased(options);
  const schemasRegistered = await register(options, missing);
  const foreignVersions = await findForeignVersions(options);
  return { topicsCreated, schemasRegistered, releasesMarked, foreignVersions, largerCompacted: grown };
}

function replicated(spec: TopicSpec, replicationFactor: number): TopicSpec {
  const inSync: Readonly<Record<string, string>> = replicationFactor > 2 ? { "min.insync.replicas": "2" } : {};
  return { ...spec, replicationFactor, config: { ...spec.config, ...inSync } };
}

/** Where `comms topic repartition` was cut off, the side topic holds the records: the other must not come into being empty. */
async function refuseUnfinishedRepartition({ log, prefix }: ProvisionOptions): Promise<void> {
  const existing = new Set(await log.topics());
  const unfinished = compactedTopics.filter((topic) => existing.has(sideTopic(prefix + topic)));
  if (unfinished.length === 0) return;
  throw new AppError(
    "TOPIC_REPARTITION_UNFINISHED",
    `A repartitioning of ${unfinished.join(", ")} was cut off: run 'comms topic repartition' again with the same number of partitions`,
    { retryable: false },
  );
}

/** Returns the compacted topics with more partitions than their contract. */
async function refuseFewerPartitions(
  { log, prefix }: ProvisionOptions,
  specs: readonly TopicSpec[],
): Promise<readonly string[]> {
  const count = await log.partitions(specs.map((spec) => spec.topic));
  const foundOf = ({ topic }: TopicSpec): number => count.get(topic) ?? 0;
  const few = specs.filter((spec) => foundOf(spec) < spec.partitions);
  const isCompacted = ({ topic }: TopicSpec): boolean => isCompactedTopic(topic.slice(prefix.length));
  if (few.length === 0) {
    const more = specs.filter((spec) => isCompacted(spec) && foundOf(spec) > spec.partitions);
    return more.map((spec) => spec.topic);
  }
  const advice = few.map((spec) => {
    const verb = isCompacted(spec) ? "repartition" : "grow";
    const command = `comms topic ${verb} ${spec.topic.slice(prefix.length)} --partitions ${spec.partitions}`;
    return `${spec.topic} (${foundOf(spec)} of ${spec.partitions}): ${command}`;
  });
  throw new AppError(
    "TOPIC_PARTITIONS_TOO_FEW",
    `These topics have fewer partitions than their contract. Adding partitions moves keys: a compacted topic is copied, any other grows only when it is drained. ${advice.join("; ")}`,
    { retryable: false },
  );
}

async function unregistered({ registry, prefix }: ProvisionOptions): Promise<readonly TopicName[]> {
  const topics = Object.keys(topicRecords) as TopicName[];
  const ids = await Promise.all(topics.map((topic) => registry.lookup(subjectOf(prefix, topic), schemaOfTopic(topic))));
  return topics.filter((_, index) => ids[index] === undefined);
}

/**
 * A topic whose schema is not registered must hold no record that the registry cannot read. One stray record proves
 * nothing, as anyone may produce bytes; where not one of those looked at can be read, the registry has lost its memory.
 */
async function refuseYoungerRegistry(options: ProvisionOptions, topics: readonly TopicName[]): Promise<void> {
  const lost: string[] = [];
  for (const topic of await topicsWithRecords(options, topics)) {
    const ids = await firstSchemaIds(options.log, `${options.prefix}${topic}`);
    const readable = await Promise.all(ids.map((id) => isKnown(options.registry, topic, id)));
    if (ids.length > 0 && !readable.includes(true)) lost.push(`${topic} (ids ${ids.join(", ")})`);
  }
  if (lost.length === 0) return;
  throw new AppError(
    "REGISTRY_YOUNGER_THAN_LOG",
    `The log holds records whose schemas the registry does not have: ${lost.join("; ")}. Restore the registry's data from before, or empty both: registering them again would give their ids to other schemas`,
    { retryable: false },
  );
}

async function topicsWithRecords(
  { log, prefix }: ProvisionOptions,
  topics: readonly TopicName[],
): Promise<TopicName[]> {
  if (topics.length === 0) return [];
  const offsets = await log.offsets(topics.map((topic) => `${prefix}${topic}`));
  const holding = new Set(offsets.filter((at) => at.high > at.low).map((at) => at.topic));
  return topics.filter((topic) => holding.has(`${prefix}${topic}`));
}

/** How many of a topic's first records are read to find a schema that the registry knows. */
const recordsMax = 1_000;

async function firstSchemaIds(log: Log, topic: string): Promise<readonly number[]> {
  const ids = new Set<number>();
  let seen = 0;
  for await (const run of log.readToEnd([topic])) {
    for (const record of run) addSchemaId(record, ids);
    seen += run.length;
    if (seen >= recordsMax) break;
  }
  return [...ids];
}

function addSchemaId(record: InRecord, ids: Set<number>): void {
  if (record.value === null) return;
  try {
    ids.add(schemaIdOf(record.value));
  } catch {
    // Not framed: the stage that reads it makes it a dead letter.
  }
}

async function isKnown(registry: Registry, topic: TopicName, id: number): Promise<boolean> {
  const schema = await registry.schemaById(id);
  const name = schema === undefined ? undefined : (JSON.parse(schema) as { name?: string }).name;
  return name?.split(".").at(-1) === topicRecords[topic];
}

async function register(options: ProvisionOptions, missing: readonly TopicName[]): Promise<readonly string[]> {
  const { registry, prefix } = options;
  const topics = Object.keys(topicRecords) as TopicName[];
  await Promise.all(topics.map((topic) => setLevel(registry, subjectOf(prefix, topic))));
  for (const topic of missing) await registry.register(subjectOf(prefix, topic), schemaOfTopic(topic));
  return missing.map((topic) => subjectOf(prefix, topic));
}

/** Without a level of its own a subject takes any schema. */
async function setLevel(registry: Registry, subject: string): Promise<void> {
  const level = await registry.compatibility(subject);
  if (level !== "FULL_TRANSITIVE") await registry.setCompatibility(subject, "FULL_TRANSITIVE");
}
