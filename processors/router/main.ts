import { createRedisDedupe } from "#shared/dedupe/redis-dedupe.ts";
import type { Platform } from "#shared/lifecycle/platform.ts";
import type { Runnable } from "#shared/processor/processor.ts";
import { createRouter } from "./processor.ts";

export async function assemble(platform: Platform): Promise<Runnable> {
  const templates = platform.templates();
  const codec = platform.codec();
  const processor = createRouter({
    views: platform.views(),
    hasher: platform.hasher,
    templates,
    dedupe: createRedisDedupe({ redis: platform.redis(), keys: platform.keys }),
    encode: (topic, value) => codec.encode(topic, value),
  });
  return { processor, ready: () => templates.ready() };
}
