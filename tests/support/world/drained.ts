import type { Log } from "#shared/kafka/port.ts";
import { topicContracts } from "#shared/kafka/topic-contract.ts";
import { groupOf } from "#shared/kafka/topics.ts";
import { eventually } from "./eventually.ts";

/** Read into memory by every process for itself. */
const readWithoutGroup = "comms.templates";

/**
 * Waits until the groups of these stages have committed every record that lies on their topics: then each is done with,
 * its outputs are written, and nothing is under way but what waits for its time.
 */
export async function untilDrained(log: Log, prefix: string, stages: readonly string[], ms: number): Promise<void> {
  const drained = async () => {
    const lags = await Promise.all(stages.map(async (stage) => ({ stage, lag: await lagOf(log, prefix, stage) })));
    const behind = lags.filter(({ lag }) => lag > 0);
    if (behind.length > 0) throw new Error(behind.map(({ stage, lag }) => `${stage} is ${lag} behind`).join(", "));
    return true;
  };
  await eventually(drained, `${stages.join(", ")} to be done with their topics`, ms);
}

/** Records that a stage's group has still to be done with. */
export async function lagOf(log: Log, prefix: string, stage: string): Promise<number> {
  const read = topicContracts().filter(
    ({ topic, consumers }) => consumers.some((one) => one === stage) && topic !== readWithoutGroup,
  );
  const topics = read.map(({ topic }) => prefix + topic);
  const committed = await log.committed(prefix + groupOf(stage), topics);
  const ends = (await log.offsets(topics)).filter(({ low, high }) => high > low);
  return ends.reduce((sum, { topic, partition, low, high }) => {
    const at = committed.find((position) => position.topic === topic && position.partition === partition)?.offset ?? -1;
    return sum + high - Math.max(at, low);
  }, 0);
}
