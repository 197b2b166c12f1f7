import type { ConfigOf } from "#shared/platform/config/setting.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { createDigestStore } from "./adapters/digest-store.ts";
import { createCloser } from "./closer.ts";
import type { settings } from "./config.ts";
import { createDigest } from "./processor.ts";

export async function assemble(platform: ProcessContext, config: ConfigOf<typeof settings>): Promise<Runnable> {
  const store = createDigestStore(platform.postgres());
  const seconds = config.COMMS_DIGEST_WINDOW_SECONDS;
  const processor = createDigest(store, seconds === undefined ? undefined : seconds * 1000);
  return { processor, jobs: [createCloser(store, platform.owner)] };
}
