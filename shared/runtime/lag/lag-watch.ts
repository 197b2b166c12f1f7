import type { Instant } from "#shared/domain/time/instant.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import type { Metrics } from "#shared/platform/telemetry/metrics.ts";
import { type GroupTopics, knownTimestamps, type LagMeter, measureLag, type PartitionLag } from "./group-lag.ts";

/** How often the lag of a group is measured, ms: each time costs the broker a few calls. */
const lagEveryMs = 15_000;

/** Which lag is reported, and where. */
export interface LagWatchParts extends Pick<LagMeter, "log" | "prefix"> {
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, "set">;
  readonly groups: readonly GroupTopics[];
  /** Called with each measurement. */
  readonly onLag?: (group: string, lags: readonly PartitionLag[]) => void;
}

/**
 * Reports how far whole groups are behind, as far as the broker knows, until the signal aborts: in records, and in the age of
 * the oldest record that is not committed. Needs no member of the group. What the broker does not answer is reported with
 * the next pass. Never rejects.
 */
export async function watchLag(parts: LagWatchParts, signal: AbortSignal): Promise<void> {
  const { clock, log, prefix, groups, onLag } = parts;
  const known = new Map<string, ReadonlyMap<string, Instant>>();
  for (;;) {
    await clock.sleep(lagEveryMs, signal);
    if (signal.aborted) return;
    for (const one of groups) {
      const before = known.get(one.group);
      const lags = await measureLag(one, { log, prefix, ...(before ? { known: before } : {}) }).catch(() => undefined);
      if (lags === undefined) continue;
      known.set(one.group, knownTimestamps(lags, prefix));
      report(parts, one, lags);
      onLag?.(one.group, lags);
    }
  }
}

function report(
  { clock, metrics }: LagWatchParts,
  { group, topics }: GroupTopics,
  lags: readonly PartitionLag[],
): void {
  const now = clock.now();
  for (const topic of topics) {
    const own = lags.filter((lag) => lag.topic === topic);
    const records = own.reduce((sum, lag) => sum + lag.records, 0);
    const ages = own.flatMap(({ oldest }) => (oldest === undefined ? [] : [Math.max(0, now - oldest)]));
    metrics.set("comms_consumer_lag_records", { group, topic }, records);
    metrics.set("comms_consumer_lag_seconds", { group, topic }, Math.max(0, ...ages) / 1000);
  }
}
