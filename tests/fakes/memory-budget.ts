import { type Bucket, type BudgetLimits, type RateBudget, takeFrom } from "#shared/delivery/budget.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/** A rate budget whose buckets are this process's own, filled by the clock that is given. */
export function createMemoryBudget(limits: BudgetLimits, now: () => Instant = Date.now): RateBudget {
  const buckets = new Map<string, Bucket>();
  return {
    take: async (account, calls, { critical }) => {
      const { bucket, waitMs } = takeFrom(buckets.get(account), limits, { calls, critical, now: now() });
      buckets.set(account, bucket);
      return waitMs;
    },
  };
}
