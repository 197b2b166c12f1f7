import type { Instant } from "#shared/domain/time/instant.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import type { Metrics } from "#shared/platform/telemetry/metrics.ts";
import {
  countLag,
  type GroupTopics,
  knownTimestamps,
  type LagMeter,
  measureLag,
  type PartitionCount,
  type PartitionLag,
  type WatchedGroups,
} from "./group-lag.ts";

/** How often the lag of a group is measured, ms: each time costs the broker a few calls. */
const lagEveryMs = 15_000;
/** How long a figure is shown that could not be measured again, ms: an old one would hide that nobody knows. */
export const lagShownMsMax = 60_000;

/** Which lag is reported, and where. */
export interface LagWatchParts extends Pick<LagMeter, "log" | "prefix">, WatchedGroups {
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, "set" | "remove">;
  /** Called with each measurement of an age. */
  readonly onLag?: (group: string, lags: readonly PartitionLag[]) => void;
}

/**
 * Reports how far whole groups are behind, as far as the broker knows, until the signal aborts: in records, and in the age of
 * the oldest record that is not committed. Needs no member of the group. What the broker does not answer is reported with
 * the next pass; after a minute without an answer the figures of that group are no longer shown. Never rejects.
 */
export async function watchLag(parts: LagWatchParts, signal: AbortSignal): Promise<void> {
  const { clock, groups, countedGroups } = parts;
  const measuredAt = new Map<string, Instant>();
  const measured = groups.map((one) => ({ one, measure: createMeasure(parts, one) }));
  const counted = countedGroups.map((one) => ({ one, measure: () => count(parts, one) }));
  for (;;) {
    await clock.sleep(lagEveryMs, signal);
    if (signal.aborted) return;
    for (const { one, measure } of [...measured, ...counted]) {
      const isMeasured = await measure().then(
        () => true,
        () => false,
      );
      const now = clock.now();
      if (isMeasured) measuredAt.set(one.group, now);
      else if (now - (measuredAt.get(one.group) ?? now) >= lagShownMsMax) forget(parts, one);
    }
  }
}

/** Measures records and age of one group each time; a group that stands still costs one look-up of timestamps in all. */
function createMeasure(parts: LagWatchParts, one: GroupTopics): () => Promise<void> {
  const { clock, log, prefix, metrics, onLag } = parts;
  let known: ReadonlyMap<string, Instant> = new Map();
  return async () => {
    const lags = await measureLag(one, { log, prefix, known });
    known = knownTimestamps(lags, prefix);
    reportRecords(parts, one, lags);
    const now = clock.now();
    for (const topic of one.topics) {
      const ages = lags.map((lag) => (lag.topic === topic ? now - (lag.oldest ?? now) : 0));
      metrics.set("comms_consumer_lag_seconds", { group: one.group, topic }, Math.max(0, ...ages) / 1000);
    }
    onLag?.(one.group, lags);
  };
}

async function count(parts: LagWatchParts, one: GroupTopics): Promise<void> {
  reportRecords(parts, one, await countLag(one, parts));
}

function reportRecords(
  { metrics }: LagWatchParts,
  { group, topics }: GroupTopics,
  counts: readonly PartitionCount[],
): void {
  for (const topic of topics) {
    const records = counts.reduce((sum, of) => sum + (of.topic === topic ? of.records : 0), 0);
    metrics.set("comms_consumer_lag_records", { group, topic }, records);
  }
}

function forget({ metrics }: LagWatchParts, { group, topics }: GroupTopics): void {
  for (const topic of topics) {
    metrics.remove("comms_consumer_lag_records", { group, topic });
    metrics.remove("comms_consumer_lag_seconds", { group, topic });
  }
}
