import { groupOf } from "#shared/contracts/topics.ts";
import { viewAgeMsMaxOf } from "#shared/platform/config/redis-settings.ts";
import type { ConfigOf } from "#shared/platform/config/setting.ts";
import { createCompactedCheck } from "#shared/platform/kafka/key-places.ts";
import { watchForeignVersions } from "#shared/runtime/process/foreign-versions.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import { viewWatchOf } from "#shared/runtime/process/view-watch-of.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { createRebuildableDedupe } from "#shared/state/dedupe/rebuildable-dedupe.ts";
import { createRebuildableLedger } from "#shared/state/ledger/rebuildable-ledger.ts";
import { createRedisLedger } from "#shared/state/ledger/redis-ledger.ts";
import { createContinuity } from "#shared/state/views/continuity.ts";
import { createFreshness } from "#shared/state/views/freshness.ts";
import { createLogMarks } from "#shared/state/views/log-marks.ts";
import { createRebuildableViews } from "#shared/state/views/rebuildable-views.ts";
import { createRestorer, type Restorer } from "#shared/state/views/restorer.ts";
import type { RebuildableState } from "#shared/state/views/views.ts";
import type { settings } from "./config.ts";
import { createMaterializer } from "./processor.ts";

/** Every state in Redis that the log can rebuild. */
export function rebuildableStatesOf(platform: ProcessContext): readonly RebuildableState[] {
  const redis = platform.redis();
  const { keys } = platform;
  return [
    ...createRebuildableViews({ redis, keys }),
    createRebuildableLedger(createRedisLedger(redis, keys), { redis, keys }),
    createRebuildableDedupe({ redis, keys }),
  ];
}

export function restorerOf(platform: ProcessContext): Restorer {
  const { keys, clock, prefix } = platform;
  const states = rebuildableStatesOf(platform);
  const { metrics } = platform.telemetry;
  return createRestorer({
    log: platform.log(),
    codec: platform.codec(),
    redis: platform.redis(),
    keys,
    clock,
    prefix,
    states,
    report: {
      ready: (view, ready) => metrics.set("comms_views_ready", { view }, Number(ready)),
      restored: (view) => metrics.count("comms_views_restored_total", { view }),
    },
  });
}

export async function assemble(platform: ProcessContext, config: ConfigOf<typeof settings>): Promise<Runnable> {
  const { keys, prefix, clock, telemetry } = platform;
  const states = rebuildableStatesOf(platform);
  for (const { name: view } of states) telemetry.metrics.expose("comms_views_behind_total", { view });
  const group = { prefix, groupId: prefix + groupOf("materializer") };
  const clients = { log: platform.log(), redis: platform.redis(), keys, clock, states };
  const continuity = createContinuity({
    ...clients,
    ...group,
    report: { behind: (view) => telemetry.metrics.count("comms_views_behind_total", { view }) },
  });
  const freshness = createFreshness({ ...clients, ...group, continuity });
  const marks = createLogMarks({ ...clients, prefix, continuity });
  const watch = viewWatchOf(platform, viewAgeMsMaxOf(config));
  const check = createCompactedCheck({ log: platform.log(), prefix });
  const processor = createMaterializer(states, { check, continuity });
  const versions = watchForeignVersions(platform, processor.inputs);
  return { processor, jobs: [...restorerOf(platform).jobs, freshness, marks, watch, versions] };
}
