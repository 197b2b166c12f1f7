import type { LoggedResult } from "#shared/domain/delivery/ledger-rules.ts";
import { loggedResultsOf } from "#shared/domain/delivery/logged-result.ts";
import type { Job } from "#shared/domain/outcome/job.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { isRetryable } from "#shared/platform/errors/app-error.ts";
import type { Ledger } from "#shared/state/ledger/ledger.ts";

const everyMs = 1_000;

/** Tells the ledger what the log holds of a sender's calls. */
export interface Reconciler {
  /**
   * To be called once the log holds these outcomes. If Redis does not answer, the results wait in memory and the records are
   * done all the same: a record that comes again finds a call without a result on the ledger, and may be sent twice. What waits is
   * bounded by the calls that were under way, as nobody claims without Redis. A process that ends first takes it along.
   */
  written(outcomes: readonly Outcome[], now: Instant): Promise<void>;
  /** Tries again each second what waits. Fails with the retryable `REDIS_UNAVAILABLE` while Redis does not answer. */
  readonly job: Job;
}

/** A reconciler, one for each sender. */
export function createReconciler(ledger: Pick<Ledger, "reconcile">): Reconciler {
  let waiting: readonly LoggedResult[] = [];

  const flush = async (results: readonly LoggedResult[], now: Instant): Promise<void> => {
    const all = [...waiting, ...results];
    if (all.length === 0) return;
    waiting = [];
    try {
      await ledger.reconcile(all, now);
    } catch (error) {
      waiting = [...all, ...waiting];
      throw error;
    }
  };

  return {
    written: async (outcomes, now) => {
      try {
        await flush(loggedResultsOf(outcomes), now);
      } catch (error) {
        if (!isRetryable(error)) throw error;
      }
    },
    job: {
      name: "reconcile",
      run: async (now) => {
        await flush([], now);
        return everyMs;
      },
    },
  };
}
