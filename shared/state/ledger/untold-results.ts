import type { LoggedResult } from "#shared/domain/delivery/ledger-rules.ts";
import type { Job } from "#shared/domain/outcome/job.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { isRetryable } from "#shared/platform/errors/app-error.ts";
import type { Ledger } from "./ledger.ts";

/** Results that wait in memory for the ledger at most: some 3 MB. */
export const untoldResultsMax = 10_000;

const everyMs = 1_000;

/** Results that the ledger is told in one go. */
const portion = 500;

/** Tells the ledger what the log holds, and keeps in memory what it could not be told. */
export interface UntoldResults {
  /**
   * Tells the ledger these results, or keeps them where it does not answer, or others wait already: a result that is lost only
   * leaves a doubt standing. Fails with the ledger's retryable error, and keeps none of them, where more than
   * `untoldResultsMax` would wait. A process that ends takes along what waits.
   */
  tell(results: readonly LoggedResult[], now: Instant): Promise<void>;
  /** Tells each second, in their order, what waits. Fails with the ledger's retryable error while it does not answer. */
  readonly job: Job;
}

/** The results that one process has to tell. */
export function createUntoldResults(ledger: Pick<Ledger, "reconcile">): UntoldResults {
  const untold: LoggedResult[] = [];
  let outage: unknown;

  const keep = (results: readonly LoggedResult[]): void => {
    if (untold.length + results.length > untoldResultsMax) throw outage;
    untold.push(...results);
  };

  return {
    tell: async (results, now) => {
      if (untold.length > 0) return keep(results);
      try {
        await ledger.reconcile(results, now);
      } catch (error) {
        if (!isRetryable(error)) throw error;
        outage = error;
        keep(results);
      }
    },
    job: {
      name: "untold results",
      run: async (now) => {
        while (untold.length > 0) {
          const some = untold.slice(0, portion);
          await ledger.reconcile(some, now);
          untold.splice(0, some.length);
        }
        return everyMs;
      },
    },
  };
}
