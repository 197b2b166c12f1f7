import { groupOf } from "#shared/contracts/topics.ts";
import type { Platform } from "#shared/runtime/platform.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { createDedupeRestorable } from "#shared/state/dedupe/dedupe-restorable.ts";
import { createRedisLedger } from "#shared/state/ledger/redis-ledger.ts";
import { restorableLedger } from "#shared/state/ledger/restorable-ledger.ts";
import { createFreshness } from "#shared/state/views/freshness.ts";
import { createRestorer, type Restorer } from "#shared/state/views/restorer.ts";
import { createViewRestorables } from "#shared/state/views/view-restorables.ts";
import type { Restorable } from "#shared/state/views/views.ts";
import { createMaterializer } from "./processor.ts";

/** Everything in Redis that the log can make again. */
export function restorablesOf(platform: Platform): readonly Restorable[] {
  const redis = platform.redis();
  const { keys } = platform;
  return [
    ...createViewRestorables({ redis, keys }),
    restorableLedger(createRedisLedger(redis, keys)),
    createDedupeRestorable({ redis, keys }),
  ];
}

export function restorerOf(platform: Platform): Restorer {
  const { keys, clock, prefix } = platform;
  const restorables = restorablesOf(platform);
  const { metrics } = platform.telemetry;
  return createRestorer({
    log: platform.log(),
    codec: platform.codec(),
    redis: platform.redis(),
    keys,
    clock,
    prefix,
    restorables,
    report: {
      ready: (view, ready) => metrics.set("comms_views_ready", { view }, Number(ready)),
      restored: (view) => metrics.count("comms_views_restored_total", { view }),
    },
  });
}

export async function assemble(platform: Platform): Promise<Runnable> {
  const { keys, prefix } = platform;
  const restorables = restorablesOf(platform);
  const freshness = createFreshness({
    log: platform.log(),
    redis: platform.redis(),
    keys,
    restorables,
    prefix,
    groupId: prefix + groupOf("materializer"),
  });
  return { processor: createMaterializer(restorables), jobs: [...restorerOf(platform).jobs, freshness] };
}
