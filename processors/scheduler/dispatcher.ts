import type { RawOutput } from "#shared/contracts/output.ts";
import type { Job } from "#shared/domain/outcome/job.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { DueItem, ScheduleStore } from "./adapters/schedule-store.ts";
import { overdueSeconds, waitMs } from "./core/due.ts";

/** A lease lasts longer than any produce may be retried within one run, ms. */
const leaseMs = 30_000;
const batch = 500;

export const dispatchLimits = { batch, leaseMs } as const;

export interface DispatcherParts {
  readonly store: ScheduleStore;
  /** Unique to this process: two dispatchers must not share it. */
  readonly owner: string;
  readonly report: (backlog: { readonly items: number; readonly overdueSeconds: number }) => void;
}

/**
 * Leases what is due, produces it, and forgets it once it is acknowledged. A crash in between leaves the lease to run
 * out, and the item goes out a second time: its ids are derived, so whoever reads it knows it.
 */
export function createDispatcher({ store, owner, report }: DispatcherParts): Job {
  return {
    name: "dispatch scheduled",
    run: async (now, emit) => {
      const due = await store.lease(owner, now, now + leaseMs, batch);
      if (due.length > 0) {
        await emit(due.map(output));
        await store.remove(
          owner,
          due.map((item) => item.scheduleId),
        );
      }
      return pause(store, report, due.length, now);
    },
  };
}

async function pause(
  store: ScheduleStore,
  report: DispatcherParts["report"],
  leased: number,
  now: Instant,
): Promise<number> {
  const { items, nextDue } = await store.backlog();
  report({ items, overdueSeconds: overdueSeconds(nextDue, now) });
  return waitMs(leased, batch, nextDue, now);
}

function output(item: DueItem): RawOutput {
  const headers = Object.fromEntries(Object.entries(item.headers).map(([name, value]) => [name, Buffer.from(value)]));
  return { topic: item.targetTopic, key: item.key, raw: item.payload, headers };
}
