import { topicContracts } from "#shared/contracts/topic-contract.ts";
import { groupOf, readsInGroup } from "#shared/contracts/topics.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import { eventually } from "./eventually.ts";

const contracts = topicContracts();

/** Each look asks the broker for every end and every group. */
const pollMs = 300;

/** A log, and the prefix of the topics that are meant. */
export interface TopicSpace {
  readonly log: Log;
  readonly prefix: string;
}

/**
 * Waits until the groups of these stages have committed every record on their topics. Then each record is complete, its
 * outputs are written, and only what waits for its time is left.
 */
export async function untilDrained(topics: TopicSpace, stages: readonly string[], ms: number): Promise<void> {
  const { log, prefix } = topics;
  const isDrained = async () => {
    const ends = await log.offsets([...new Set(stages.flatMap((stage) => topicsOf(prefix, stage)))]);
    const lags = await Promise.all(stages.map(async (stage) => ({ stage, lag: await lagTo(ends, topics, stage) })));
    const behind = lags.filter(({ lag }) => lag > 0);
    if (behind.length > 0) throw new Error(behind.map(({ stage, lag }) => `${stage} is ${lag} behind`).join(", "));
    return true;
  };
  await eventually(isDrained, "every stage to be done with its topics", { ms, pollMs });
}

/** Records that a stage's group has not completed yet. */
export async function lagOf(log: Log, prefix: string, stage: string): Promise<number> {
  return lagTo(await log.offsets(topicsOf(prefix, stage)), { log, prefix }, stage);
}

type Ends = Awaited<ReturnType<Log["offsets"]>>;

async function lagTo(ends: Ends, { log, prefix }: TopicSpace, stage: string): Promise<number> {
  const topics = topicsOf(prefix, stage);
  const committed = await log.committed(prefix + groupOf(stage), topics);
  const own = ends.filter(({ topic, low, high }) => topics.includes(topic) && high > low);
  return own.reduce((sum, { topic, partition, low, high }) => {
    const at = committed.find((position) => position.topic === topic && position.partition === partition)?.offset ?? -1;
    return sum + high - Math.max(at, low);
  }, 0);
}

function topicsOf(prefix: string, stage: string): readonly string[] {
  const read = contracts.filter(
    ({ topic, consumers }) => consumers.some((one) => one === stage) && readsInGroup(stage, topic),
  );
  return read.map(({ topic }) => prefix + topic);
}
