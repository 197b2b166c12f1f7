import type { Job } from "#shared/domain/outcome/job.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { artifactDays } from "#shared/platform/artifacts/sweep-artifacts.ts";

const dayMs = 86_400_000;

/** Removes artifacts whose time is over, once a day; the first time a day after the start, so that restarts cost no walk. */
export function createArtifactJob(sweep: (before: Instant, signal: AbortSignal) => Promise<number>): Job {
  let isFirst = true;
  return {
    name: "artifacts",
    run: async (now, _emit, signal) => {
      if (!isFirst) await sweep(now - artifactDays * dayMs, signal);
      isFirst = false;
      return dayMs;
    },
  };
}
