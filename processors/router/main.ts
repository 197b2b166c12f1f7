import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { createRedisDedupe } from "#shared/state/dedupe/redis-dedupe.ts";
import { createDedupeClaim } from "./claims/dedupe.ts";
import { createRouter } from "./processor.ts";

export async function assemble(platform: ProcessContext): Promise<Runnable> {
  const templates = platform.templates();
  const codec = platform.codec();
  const processor = createRouter({
    views: platform.views(),
    hasher: platform.hasher,
    templates,
    claims: [createDedupeClaim(createRedisDedupe({ redis: platform.redis(), keys: platform.keys }))],
    encode: (topic, value) => codec.encode(topic, value),
  });
  return { processor, ready: () => templates.ready() };
}
