import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import type { TopicSpec } from "./log-record.ts";
import {
  deadLetterTopic,
  type Stage,
  sendChannelOf,
  sendChannels,
  stages,
  type TopicName,
  topicRecords,
} from "./topics.ts";

const folder = new URL("../../schemas/topics/", import.meta.url);

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000 };
const duration = z
  .string()
  .regex(/^[1-9]\d*[hd]$/, "is a number of hours or days: 12h, 3d")
  .transform((text) => Number(text.slice(0, -1)) * (unitMs[text.slice(-1)] as number));
const size = z
  .string()
  .regex(/^[1-9]\d*MiB$/, "is a number of MiB: 1MiB")
  .transform((text) => Number(text.slice(0, -3)) * 1024 * 1024);

/** The producers and consumers that are not stages; a channel's sender need not be one yet. */
const parties = ["product-teams", "identity", "gateway", "admin", "runtime", "operators", "data-teams"] as const;
const senders = sendChannels.map((channel) => `${channel}-sender` as const);
const party = z.enum([...stages, ...parties, ...senders]);

const common = {
  description: z.string().min(1),
  owner: z.string().min(1),
  producers: z.array(party).min(1),
  consumers: z.array(party).min(1),
  /** The record key; field names of the record in braces. */
  key: z.string().min(1),
  /** How late a record may come, and why that does no harm. */
  late: z.string().min(1),
  pii: z.enum(["none", "pseudonym", "direct"]),
  partitions: z.int().positive(),
  max_message: size,
};
const retained = { ...common, cleanup: z.literal("delete"), retention: duration };
const compacted = {
  ...common,
  cleanup: z.literal("compact"),
  tombstones: duration,
  compacted_within: duration,
};
const ofRecords = {
  topic: z.string(),
  record: z.string(),
  /** Fields that identify a record: two records with the same values are one record, written twice. */
  identity: z.array(z.string()).min(1),
  /** `cloudevents`: all of binary mode. `own`: `ce_id`, the trace, and `ce_source` where there are several writers. */
  headers: z.enum(["cloudevents", "own"]),
  compatibility: z.literal("FULL_TRANSITIVE"),
  examples: z.array(z.string().endsWith(".json")).min(1),
};

const contract = z.discriminatedUnion("cleanup", [
  z.strictObject({ ...retained, ...ofRecords }),
  z.strictObject({ ...compacted, ...ofRecords }),
]);
const deadLetters = z.strictObject({ ...retained, topic: z.literal("comms.<stage>.dlq") });

/** The contract of a topic: its file under `schemas/topics`, read and checked. Durations are ms, sizes bytes. */
export type TopicContract = z.infer<typeof contract>;

/** The contract of every dead-letter topic; `<stage>` is replaced by the stage's name. */
export type DeadLetterContract = z.infer<typeof deadLetters>;

/** The contract of a topic. Throws with every issue if the file is no valid contract. */
function topicContract(topic: TopicName): TopicContract {
  const channel = sendChannelOf(topic);
  return channel === undefined ? read(`${topic}.yaml`, contract) : sendContract(topic, channel);
}

/** Every channel's orders have one contract; its file writes `<channel>` for the channel's name. */
function sendContract(topic: TopicName, channel: string): TopicContract {
  const of = read(topic.endsWith(".bulk") ? "send.bulk.yaml" : "send.yaml", contract, (text) =>
    text.replaceAll("<channel>", channel),
  );
  const isRead = stages.some((stage) => stage === `${channel}-sender`);
  return isRead ? of : { ...of, description: `${of.description} No sender reads it yet.` };
}

/** The file of one of a topic's examples, below `schemas/examples`. Orders in both lanes share theirs. */
export function exampleFile(topic: string, name: string): string {
  return `${sendChannelOf(topic) === undefined ? topic : "comms.send"}/${name}`;
}

/** One of a topic's examples, a JSON text. The file of an order is of the express lane. */
export function readExample(topic: string, name: string): string {
  const text = readFileSync(new URL(`../examples/${exampleFile(topic, name)}`, folder), "utf8");
  const isBulkOrder = sendChannelOf(topic) !== undefined && topic.endsWith(".bulk");
  return isBulkOrder ? text.replace('"lane": "EXPRESS"', '"lane": "BULK"') : text;
}

/** The one contract of every stage's dead-letter topic. */
export function deadLetterContract(): DeadLetterContract {
  return read("dead-letters.yaml", deadLetters);
}

/** Every contract, in the order of `topicRecords`. */
export function topicContracts(): readonly TopicContract[] {
  return (Object.keys(topicRecords) as TopicName[]).map(topicContract);
}

/** The topic as the log creates it; `name` is the whole name, prefix included. */
function topicSpec(name: string, of: TopicContract | DeadLetterContract): TopicSpec {
  const cleanup: Readonly<Record<string, string>> =
    of.cleanup === "delete"
      ? { "retention.ms": String(of.retention) }
      : { "delete.retention.ms": String(of.tombstones), "max.compaction.lag.ms": String(of.compacted_within) };
  const config = { "cleanup.policy": of.cleanup, "max.message.bytes": String(of.max_message), ...cleanup };
  return { topic: name, partitions: of.partitions, config };
}

/** Every topic as the log creates it: the topics of records, then a dead-letter topic for each stage. */
export function allTopicSpecs(prefix: string): readonly TopicSpec[] {
  const deadLetter = deadLetterContract();
  return [
    ...topicContracts().map((of) => topicSpec(`${prefix}${of.topic}`, of)),
    ...stages.map((stage: Stage) => topicSpec(`${prefix}${deadLetterTopic(stage)}`, deadLetter)),
  ];
}

function read<T>(file: string, schema: z.ZodType<T>, edit = (text: string) => text): T {
  const result = schema.safeParse(parse(edit(readFileSync(new URL(file, folder), "utf8"))));
  if (result.success) return result.data;
  throw new Error(`schemas/topics/${file} is no contract:\n${z.prettifyError(result.error)}`);
}
