import { groupOf } from "#shared/contracts/topics.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import type { Log } from "#shared/platform/kafka/port.ts";
import type { Metrics } from "#shared/platform/telemetry/metrics.ts";

/** How often a stage asks how far behind its group is, ms: each time costs the broker a few calls. */
const lagEveryMs = 15_000;

/** Which lag is reported, and where. */
export interface LagParts {
  readonly clock: Clock;
  readonly log: Pick<Log, "offsets" | "committed">;
  readonly metrics: Metrics;
  readonly stage: string;
  /** Put before every topic and group name. */
  readonly prefix: string;
  readonly topics: readonly string[];
}

/**
 * Reports how far the whole group is behind, as far as the broker knows, until the signal aborts. What the broker does
 * not answer is reported with the next pass. Never rejects.
 */
export async function watchLag(
  { clock, log, metrics, stage, prefix, topics }: LagParts,
  signal: AbortSignal,
): Promise<void> {
  const group = groupOf(stage);
  const whole = topics.map((topic) => prefix + topic);
  for (;;) {
    await clock.sleep(lagEveryMs, signal);
    if (signal.aborted) return;
    const lags = await lagByTopic(log, prefix + group, whole).catch(() => new Map<string, number>());
    for (const [topic, records] of lags) {
      metrics.set("comms_consumer_lag_records", { group, topic: topic.slice(prefix.length) }, records);
    }
  }
}

/**
 * Records between what the group has committed and the end, by whole topic name. A partition without a commit counts from
 * its first record. Rejects with the log's `AppError`.
 */
async function lagByTopic(
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
