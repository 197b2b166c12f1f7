import type { ConfigOf } from "#shared/platform/config/setting.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { withMarks } from "#shared/runtime/records/with-marks.ts";
import { createHandledMarks } from "#shared/state/books/handled-marks.ts";
import { createDigestStore } from "./adapters/digest-store.ts";
import { createCloser } from "./closer.ts";
import type { settings } from "./config.ts";
import { createDigest } from "./processor.ts";

export async function assemble(platform: ProcessContext, config: ConfigOf<typeof settings>): Promise<Runnable> {
  const pool = platform.postgres();
  const store = createDigestStore(pool);
  const seconds = config.COMMS_DIGEST_WINDOW_SECONDS;
  const processor = createDigest(store, seconds === undefined ? undefined : seconds * 1000);
  return {
    processor: withMarks(processor, createHandledMarks(pool).mark),
    jobs: [createCloser(store, platform.owner)],
  };
}
