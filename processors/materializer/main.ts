import { groupOf } from "#shared/contracts/topics.ts";
import { createCompactedCheck } from "#shared/platform/kafka/key-places.ts";
import { watchForeignVersions } from "#shared/runtime/process/foreign-versions.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { createRebuildableDedupe } from "#shared/state/dedupe/rebuildable-dedupe.ts";
import { createRebuildableLedger } from "#shared/state/ledger/rebuildable-ledger.ts";
import { createRedisLedger } from "#shared/state/ledger/redis-ledger.ts";
import { createFreshness } from "#shared/state/views/freshness.ts";
import { createRebuildableViews } from "#shared/state/views/rebuildable-views.ts";
import { createRestorer, type Restorer } from "#shared/state/views/restorer.ts";
import type { RebuildableState } from "#shared/state/views/views.ts";
import { createMaterializer } from "./processor.ts";

/** Every state in Redis that the log can rebuild. */
export function rebuildableStatesOf(platform: ProcessContext): readonly RebuildableState[] {
  const redis = platform.redis();
  const { keys } = platform;
  return [
    ...createRebuildableViews({ redis, keys }),
    createRebuildableLedger(createRedisLedger(redis, keys)),
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

export async function assemble(platform: ProcessContext): Promise<Runnable> {
  const { keys, prefix } = platform;
  const states = rebuildableStatesOf(platform);
  const freshness = createFreshness({
    log: platform.log(),
    redis: platform.redis(),
    keys,
    states,
    prefix,
    groupId: prefix + groupOf("materializer"),
  });
  const check = createCompactedCheck({ log: platform.log(), prefix });
  const processor = createMaterializer(states, check);
  const watch = watchForeignVersions(platform, processor.inputs);
  return { processor, jobs: [...restorerOf(platform).jobs, freshness, watch] };
}
