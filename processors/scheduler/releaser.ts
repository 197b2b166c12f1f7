import type { Job } from "#shared/domain/outcome/job.ts";
import type { ScheduleStore } from "./adapters/schedule-store.ts";

/** How often the table is asked what may go, ms; and the most items that one statement makes due. */
export const releaseLimits = { everyMs: 500, batch: 5_000 } as const;

/**
 * Makes due what waits for a pause that was lifted or has ended: all of the express lane, then the bulk lane. It asks the table again
 * and again and remembers nothing, so that an item which is stored after its pause was lifted goes out as well.
 */
export function createReleaser(store: Pick<ScheduleStore, "release">): Job {
  return {
    name: "release paused",
    run: async () => {
      for (const lane of ["express", "bulk"] as const)
        if ((await store.release(lane, releaseLimits.batch)) >= releaseLimits.batch) return 0;
      return releaseLimits.everyMs;
    },
  };
}
