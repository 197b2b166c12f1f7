import type { LoggedResult } from "#shared/domain/delivery/ledger-rules.ts";
import { loggedResultsOf } from "#shared/domain/delivery/logged-result.ts";
import type { Job } from "#shared/domain/outcome/job.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { isRetryable } from "#shared/platform/errors/app-error.ts";
import type { ClaimRef, Ledger } from "#shared/state/ledger/ledger.ts";

const everyMs = 1_000;

/** Tells the ledger what the log holds of a sender's calls, and which claims it gives back without one. */
export interface Reconciler {
  /**
   * To be called once the log holds these outcomes. If Redis does not answer, the results wait in memory and the records are
   * done all the same: a record that comes again finds a call without a result on the ledger, and may be sent twice. What waits is
   * bounded by the calls that were under way, as nobody claims without Redis. A process that ends first takes it along.
   */
  written(outcomes: readonly Outcome[], now: Instant): Promise<void>;
  /**
   * Gives a claim back that has called nobody. If Redis does not answer, the claim waits in memory as results do: left alone, a
   * confirmed one would put a message in doubt that nobody was called for. Another owner's claim is never touched, however
   * late this is told. What waits is bounded by the claims under way, as `settle` comes before each new one.
   */
  release(claim: ClaimRef, now: Instant): Promise<void>;
  /**
   * Tells what waits, before a sender looks up what the ledger knows: a look that finds a claim of the sender's own in doubt would
   * write that doubt on the log. Nothing is asked while nothing waits. Throws the retryable `REDIS_UNAVAILABLE`.
   */
  settle(now: Instant): Promise<void>;
  /** Settles each second. Fails with the retryable `REDIS_UNAVAILABLE` while Redis does not answer. */
  readonly job: Job;
  /** Settles once more at the end of the process; what Redis does not take then is lost with it. */
  close(now: Instant): Promise<void>;
}

/** A reconciler, one for each sender. */
export function createReconciler(ledger: Pick<Ledger, "reconcile" | "release">): Reconciler {
  let waiting: readonly LoggedResult[] = [];
  const unreleased = new Set<ClaimRef>();

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

  // A claim waits until the ledger has answered, so that whoever settles meanwhile waits for that too.
  const giveBack = async (claim: ClaimRef, now: Instant): Promise<void> => {
    unreleased.add(claim);
    await ledger.release(claim, now);
    unreleased.delete(claim);
  };

  const settle = async (now: Instant): Promise<void> => {
    await Promise.all([flush([], now), ...[...unreleased].map((claim) => giveBack(claim, now))]);
  };

  return {
    written: (outcomes, now) => unlessAway(flush(loggedResultsOf(outcomes), now)),
    release: (claim, now) => unlessAway(giveBack(claim, now)),
    settle,
    job: {
      name: "reconcile",
      run: async (now) => {
        await settle(now);
        return everyMs;
      },
    },
    close: (now) => unlessAway(settle(now)),
  };
}

/** Waits for the end, and throws nothing that may be tried again. */
export async function unlessAway(told: Promise<void>): Promise<void> {
  try {
    await told;
  } catch (error) {
    if (!isRetryable(error)) throw error;
  }
}
