import { viewAgeMsMaxOf } from "#shared/platform/config/redis-settings.ts";
import type { ConfigOf } from "#shared/platform/config/setting.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import { viewWatchOf } from "#shared/runtime/process/view-watch-of.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { createRedisDedupe } from "#shared/state/dedupe/redis-dedupe.ts";
import { createDedupeClaim } from "./claims/dedupe.ts";
import type { settings } from "./config.ts";
import { createRouter } from "./processor.ts";

export async function assemble(platform: ProcessContext, config: ConfigOf<typeof settings>): Promise<Runnable> {
  const viewAgeMsMax = viewAgeMsMaxOf(config);
  const templates = platform.templates();
  const codec = platform.codec();
  const dedupe = createRedisDedupe({ redis: platform.redis(), keys: platform.keys });
  const processor = createRouter({
    views: platform.views(),
    hasher: platform.hasher,
    templates,
    viewAgeMsMax,
    claims: [createDedupeClaim(dedupe)],
    dedupe,
    encode: (topic, value) => codec.encode(topic, value),
  });
  return { processor, jobs: [viewWatchOf(platform, viewAgeMsMax)], ready: () => templates.ready() };
}
