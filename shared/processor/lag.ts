import type { Log } from "#shared/kafka/port.ts";

/** How often a stage asks how far behind its group is, ms: each asking costs the broker a few calls. */
export const lagEveryMs = 15_000;

/**
 * Records between what the group has committed and the end, by whole topic name. A partition without a commit counts from
 * its first record. Rejects with the log's `Trouble`.
 */
export async function lagByTopic(
  log: Pick<Log, "offsets" | "committed">,
  groupId: string,
  topics: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const [offsets, committed] = await Promise.all([log.offsets(topics), log.committed(groupId, topics)]);
  const done = new Map(committed.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]));
  const lags = new Map(topics.map((topic) => [topic, 0]));
  for (const { topic, partition, low, high } of offsets) {
    const from = Math.max(low, done.get(`${topic}/${partition}`) ?? -1);
    lags.set(topic, (lags.get(topic) ?? 0) + Math.max(0, high - from));
  }
  return lags;
}
