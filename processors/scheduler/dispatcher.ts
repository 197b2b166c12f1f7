import type { RawOutput } from "#shared/contracts/output.ts";
import type { Job } from "#shared/domain/outcome/job.ts";

import type { Backlog, DueItem, ScheduleStore } from "./adapters/schedule-store.ts";
import { overdueSeconds, waitMs } from "./core/due.ts";

/** Length of a lease, ms: longer than the retries of a produce within one run. */
const leaseMs = 30_000;
const batch = 500;

export const dispatchLimits = { batch, leaseMs } as const;

export interface DispatcherParts {
  readonly store: ScheduleStore;
  /** Unique to this process: two dispatchers must not share it. */
  readonly owner: string;
  readonly report: (backlog: Pick<Backlog, "items" | "paused"> & { readonly overdueSeconds: number }) => void;
}

/**
 * Leases due items, produces them, and deletes them once the log has acknowledged them. After a crash in between the lease
 * expires and the items go out a second time: their ids are derived, so readers recognise them. What is due, and for how long
 * it is leased, the store's clock says: dispatchers whose own clocks differ take nothing from one another, nor ahead of time.
 */
export function createDispatcher({ store, owner, report }: DispatcherParts): Job {
  return {
    name: "dispatch scheduled",
    run: async (_now, emit) => {
      const due = await store.lease(owner, { leaseMs, max: batch });
      if (due.length > 0) {
        await emit(due.map(output));
        await store.remove(
          owner,
          due.map((item) => item.scheduleId),
        );
      }
      const { items, paused, nextDue, now } = await store.backlog();
      report({ items, paused, overdueSeconds: overdueSeconds(nextDue, now) });
      return waitMs({ leased: due.length, batch }, nextDue, now);
    },
  };
}

function output(item: DueItem): RawOutput {
  const headers = Object.fromEntries(Object.entries(item.headers).map(([name, value]) => [name, Buffer.from(value)]));
  return { topic: item.targetTopic, key: item.key, raw: item.payload, headers };
}
