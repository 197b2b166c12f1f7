import { type Bucket, type BudgetLimits, type RateBudget, takeFrom } from "#shared/delivery/budget.ts";

/** A rate budget whose buckets are this process's own. */
export function createMemoryBudget(limits: BudgetLimits): RateBudget {
  const buckets = new Map<string, Bucket>();
  return {
    take: async (account, calls, { critical, now }) => {
      const { bucket, waitMs } = takeFrom(buckets.get(account), limits, { calls, critical, now });
      buckets.set(account, bucket);
      return waitMs;
    },
  };
}
