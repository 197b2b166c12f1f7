import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { withMarks } from "#shared/runtime/records/with-marks.ts";
import { createHandledMarks } from "#shared/state/books/handled-marks.ts";
import { createScheduleStore } from "./adapters/schedule-store.ts";
import { createDispatcher } from "./dispatcher.ts";
import { createScheduler } from "./processor.ts";
import { createReleaser } from "./releaser.ts";

export async function assemble(platform: ProcessContext): Promise<Runnable> {
  const pool = platform.postgres();
  const store = createScheduleStore(pool);
  const { metrics } = platform.telemetry;
  const dispatcher = createDispatcher({
    store,
    owner: platform.owner,
    report: ({ items, paused, overdueSeconds }) => {
      metrics.set("comms_scheduled_items", {}, items);
      metrics.set("comms_scheduled_paused_items", {}, paused);
      metrics.set("comms_scheduled_oldest_seconds", {}, overdueSeconds);
    },
  });
  const processor = withMarks(createScheduler(store), createHandledMarks(pool).mark);
  return { processor, jobs: [dispatcher, createReleaser(store)] };
}
