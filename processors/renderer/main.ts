import type { Instant } from "#shared/domain/time/instant.ts";
import { sweepArtifacts } from "#shared/platform/artifacts/sweep-artifacts.ts";
import type { ConfigOf } from "#shared/platform/config/setting.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { createArtifactJob } from "./artifact-job.ts";
import type { settings } from "./config.ts";
import { createRenderer } from "./processor.ts";

export async function assemble(platform: ProcessContext, config: ConfigOf<typeof settings>): Promise<Runnable> {
  const templates = platform.templates();
  const processor = createRenderer({ templates, artifacts: platform.artifacts() });
  const sweep = (before: Instant, signal: AbortSignal) => sweepArtifacts(config.COMMS_ARTIFACTS_URL, before, signal);
  return { processor, jobs: [createArtifactJob(sweep)], ready: () => templates.ready() };
}
