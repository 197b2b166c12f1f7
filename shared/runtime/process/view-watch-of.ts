import type { Job } from "#shared/domain/outcome/job.ts";
import { createViewWatch } from "#shared/state/views/view-watch.ts";
import type { ProcessContext } from "./process-context.ts";

/** The job that keeps a stage unready while the views are older than `ageMsMax`, and reports their age. */
export function viewWatchOf(platform: ProcessContext, ageMsMax: number): Job {
  const { keys, telemetry } = platform;
  return createViewWatch({
    redis: platform.redis(),
    keys,
    ageMsMax,
    report: (view, ageMs) => telemetry.metrics.set("comms_view_age_seconds", { view }, ageMs / 1_000),
  });
}
