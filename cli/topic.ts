import { rebuildableStatesOf } from "#processors/materializer/main.ts";
import { forgetPositions } from "#processors/projector/adapters/forget-positions.ts";
import { type TopicContract, topicContracts } from "#shared/contracts/topic-contract.ts";
import { groupOf, isCompactedTopic, readsInGroup, stages, type TopicName } from "#shared/contracts/topics.ts";
import { readConfig } from "#shared/platform/config/environment.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { kafkaConnection } from "#shared/platform/kafka/kafka-security.ts";
import { createKafkajsLog } from "#shared/platform/kafka/kafkajs-log.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import { createTopicAdmin, type TopicAdmin } from "#shared/platform/kafka/topic-admin.ts";
import { type Repartition, repartition } from "#shared/platform/provisioning/repartition.ts";
import { createProcessContext, type ProcessContext } from "#shared/runtime/process/process-context.ts";
import { clearView } from "#shared/state/views/clear-view.ts";
import { type CliCommand, exit } from "./command.ts";
import { topicSettings } from "./command-settings.ts";

const verbs = ["grow", "repartition"];

/** `comms topic`: gives a topic more partitions, so that no key's order and no tombstone is lost. */
export const topic: CliCommand = {
  name: "topic",
  usage: "topic grow|repartition TOPIC --partitions N",
  summary: "Give a drained topic more partitions, or copy a compacted one into another number of them",
  flags: { partitions: { type: "string" } },
  accepts: ({ args: [verb = "", name = ""], flags }) => {
    const partitions = Number(flags["partitions"]);
    return verbs.includes(verb) && contractOf(name) !== undefined && Number.isInteger(partitions) && partitions > 0;
  },
  run: async (invocation) => {
    const { args, flags } = invocation;
    const [verb = "", name = ""] = args;
    const partitions = Number(flags["partitions"]);
    const contract = contractOf(name);
    if (contract === undefined || topic.accepts?.(invocation) !== true) {
      process.stderr.write("Name grow or repartition, a topic of docs/topics without prefix, and --partitions.\n");
      return exit.usage;
    }
    const config = readConfig(topicSettings);
    const platform = createProcessContext(config, { name: "topic" });
    const connection = kafkaConnection(config, "comms-topic");
    const admin = createTopicAdmin(connection);
    try {
      const change = { platform, admin, contract, partitions, openLog: () => createKafkajsLog(connection) };
      const lines = verb === "grow" ? await growDrained(change) : linesOf(change, await repartitionCompacted(change));
      process.stdout.write(`${lines.join("\n")}\n`);
      return exit.done;
    } finally {
      await admin.close();
      await platform.close();
    }
  },
};

function contractOf(name: string): TopicContract | undefined {
  return topicContracts().find((one) => one.topic === name);
}

/** A topic to change, and what changes it. */
export interface TopicChange {
  readonly platform: ProcessContext;
  readonly admin: TopicAdmin;
  readonly contract: TopicContract;
  readonly partitions: number;
  readonly openLog: () => Log;
}

/** The stages that read a topic in a group, by the topic's contract. */
function readersOf({ topic, consumers }: TopicContract): readonly string[] {
  return stages.filter((stage) => consumers.includes(stage) && readsInGroup(stage, topic));
}

/**
 * Adds partitions to a topic that its readers have read to the end: a key may then lie elsewhere, and its earlier records are
 * done. Refuses a compacted topic, and one that is not drained. Writers should rest meanwhile.
 */
export async function growDrained({ platform, admin, contract, partitions }: TopicChange): Promise<readonly string[]> {
  const whole = platform.prefix + contract.topic;
  if (isCompactedTopic(contract.topic))
    throw refusal("TOPIC_COMPACTED", `${whole} is compacted and never grows in place: run 'comms topic repartition'`);
  const found = (await admin.topic(whole))?.partitions ?? 0;
  if (found >= partitions) throw refusal("TOPIC_UNCHANGED", `${whole} has ${found} partitions already`);
  for (const stage of readersOf(contract)) {
    const behind = await recordsBehind(platform, stage, whole);
    if (behind > 0)
      throw refusal("TOPIC_NOT_DRAINED", `${stage} has ${behind} records of ${whole} to read: let it read them first`);
  }
  await admin.grow(whole, partitions);
  return [`${whole}\t${found} → ${partitions} partitions`];
}

async function recordsBehind({ log, prefix }: ProcessContext, stage: string, whole: string): Promise<number> {
  const [ends, committed] = await Promise.all([
    log().offsets([whole]),
    log().committed(prefix + groupOf(stage), [whole]),
  ]);
  const done = new Map(committed.map(({ partition, offset }) => [partition, offset]));
  return ends.reduce(
    (sum, { partition, low, high }) => sum + Math.max(0, high - Math.max(low, done.get(partition) ?? -1)),
    0,
  );
}

/**
 * Copies a compacted topic into another number of partitions and switches to it under its own name. Refuses while a reader
 * is running; the views of the topic are restored when the materializer starts again.
 */
export async function repartitionCompacted(change: TopicChange): Promise<Repartition> {
  const { platform, admin, contract, partitions, openLog } = change;
  const whole = platform.prefix + contract.topic;
  if (!isCompactedTopic(contract.topic))
    throw refusal("TOPIC_NOT_COMPACTED", `${whole} is not compacted: drain it and run 'comms topic grow'`);
  for (const stage of ["materializer", "projector"].filter((one) => readersOf(contract).includes(one))) {
    if ((await admin.members(platform.prefix + groupOf(stage))) > 0)
      throw refusal("TOPIC_IN_USE", `${stage} is running and reads ${whole}: stop every process that hosts it first`);
  }
  if (await admin.makesTopics())
    throw refusal(
      "TOPIC_MADE_BY_BROKER",
      "The broker makes topics by itself: set auto.create.topics.enable=false first",
    );
  return repartition(
    { admin, openLog, bytesMax: contract.max_message, forget: () => forget(platform, contract.topic), report },
    whole,
    partitions,
  );
}

async function forget(platform: ProcessContext, name: string): Promise<void> {
  const states = rebuildableStatesOf(platform).filter(({ topics }) => topics.some((one) => one === name));
  for (const state of states) await clearView({ redis: platform.redis(), keys: platform.keys }, state.name);
  await forgetPositions(platform.postgres(), name as TopicName);
}

function report(line: string): void {
  process.stderr.write(`${line}\n`);
}

function linesOf({ contract, partitions }: TopicChange, { copied, misplaced }: Repartition): readonly string[] {
  return [`${contract.topic}\t${partitions} partitions\t${copied} records copied\t${misplaced} misplaced left out`];
}

function refusal(code: string, message: string): AppError {
  return new AppError(code, message, { retryable: false });
}
