import type { Output } from "#shared/contracts/output.ts";
import { cadenceOf } from "#shared/domain/cadence/cadence.ts";
import { personKey } from "#shared/domain/message/id.ts";
import type { Job } from "#shared/domain/outcome/job.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { isRetryable } from "#shared/platform/errors/app-error.ts";
import type { DigestStore, DueWindow } from "./adapters/digest-store.ts";
import { summaryOf } from "./core/summary.ts";

const leaseMs = 30_000;
const batch = 200;
/** Windows whose summaries are produced, and which are closed, together. */
const portion = 20;
/** How often due windows are looked for, ms. */
const lookEveryMs = 1_000;

export const closerLimits = { batch, leaseMs } as const;

/**
 * Closes windows that are due: one summary a window goes back to the router, and the window is closed once that is
 * acknowledged. A crash in between sends the same summary again, under the same ids. A window whose summary the log does
 * not take holds back no other: it is told of when the others are closed.
 */
export function createCloser(store: DigestStore, owner: string): Job {
  return {
    name: "close digest windows",
    run: async (now, emit) => {
      const leased = await store.lease(owner, now, now + leaseMs, batch);
      // A window of a cadence that this build does not know stays open, items and all, for one that does.
      const due = leased.filter(({ window }) => cadenceOf(window.cadence));
      const failures = await closeApart(due, async (some) => {
        const outputs = some.flatMap((one) => summary(one, now));
        if (outputs.length > 0) await emit(outputs);
        const ids = some.map(({ window }) => window.windowId);
        await store.close(owner, ids, now);
      });
      if (failures.length > 0) throw failures[0];
      return leased.length === batch ? 0 : lookEveryMs;
    },
  };
}

type Close = (some: readonly DueWindow[]) => Promise<void>;

/** Portion by portion, and one by one where a portion fails for good. What passes by itself is thrown at once. */
async function closeApart(due: readonly DueWindow[], close: Close, size = portion): Promise<readonly unknown[]> {
  const failures: unknown[] = [];
  for (let at = 0; at < due.length; at += size) {
    const some = due.slice(at, at + size);
    try {
      await close(some);
    } catch (error) {
      if (isRetryable(error)) throw error;
      failures.push(...(some.length === 1 ? [error] : await closeApart(some, close, 1)));
    }
  }
  return failures;
}

function summary({ window, collected }: DueWindow, now: Instant): Output[] {
  const cadence = cadenceOf(window.cadence);
  if (!cadence || collected.count === 0) return [];
  const key = personKey(window.tenantId, window.userId);
  return [{ topic: "comms.accepted.bulk", key, value: summaryOf(window, collected, cadence, now) }];
}
