import type { Output } from "#shared/contracts/output.ts";
import { cadenceOf } from "#shared/domain/cadence/cadence.ts";
import { personKey } from "#shared/domain/message/id.ts";
import type { Job } from "#shared/domain/outcome/job.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { isRetryable } from "#shared/platform/errors/app-error.ts";
import type { DigestStore } from "./adapters/digest-store.ts";
import { cancelledDecision } from "./core/cancelled.ts";
import { type DueWindow, summaryOf } from "./core/summary.ts";

const leaseMs = 30_000;
const batch = 200;
/** The most windows whose summaries are produced together, and that are then closed together. */
const closeSize = 20;
/** The interval between two checks for due windows, ms. */
const lookEveryMs = 1_000;

export const closerLimits = { batch, leaseMs } as const;

/**
 * Closes due windows: one summary for each window goes back to the router, and the window is closed once the log has
 * acknowledged it. A crash in between sends the same summary again, under the same ids. A window whose summary the log
 * refuses does not hold back the others: its failure is thrown after the others are closed.
 */
export function createCloser(store: DigestStore, owner: string): Job {
  return {
    name: "close digest windows",
    run: async (now, emit) => {
      const leased = await store.lease(owner, { leaseMs, max: batch });
      // A window of an unknown cadence stays open with its items, for a build that knows the cadence.
      const due = leased.filter(({ window }) => cadenceOf(window.cadence));
      const failures = await closeEach(due, async (some) => {
        const outputs = some.flatMap((one) => [...cancellations(one, now), ...summary(one, now)]);
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

/**
 * Closes windows batch by batch, and one by one if a batch fails for good. It throws a retryable error at once and returns
 * all others.
 */
async function closeEach(due: readonly DueWindow[], close: Close, size = closeSize): Promise<readonly unknown[]> {
  const failures: unknown[] = [];
  for (let at = 0; at < due.length; at += size) {
    const some = due.slice(at, at + size);
    try {
      await close(some);
    } catch (error) {
      if (isRetryable(error)) throw error;
      failures.push(...(some.length === 1 ? [error] : await closeEach(some, close, 1)));
    }
  }
  return failures;
}

/** The decisions on items that have left the window. */
function cancellations({ window, cancelled }: DueWindow, now: Instant): readonly Output[] {
  const key = personKey(window.tenantId, window.userId);
  return cancelled.map((item) => {
    return { topic: "comms.decisions", key, value: cancelledDecision(item, window, now) };
  });
}

function summary(due: DueWindow, now: Instant): Output[] {
  const { window, collected } = due;
  const cadence = cadenceOf(window.cadence);
  if (!cadence || collected.count === 0) return [];
  const key = personKey(window.tenantId, window.userId);
  return [{ topic: "comms.accepted.bulk", key, value: summaryOf(due, cadence, now) }];
}
