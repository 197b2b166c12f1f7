import type { SendPolicy } from "#shared/domain/delivery/policy.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import type { ProviderAccount } from "./accounts.ts";

/** What a sender waits for its turn with. */
export interface BudgetWaitParts {
  readonly account: Pick<ProviderAccount, "id" | "budget">;
  readonly clock: Clock;
  readonly policy: Pick<SendPolicy, "budgetWaitMaxMs">;
}

/**
 * Waits until the account's budget lets the calls through, `budgetWaitMaxMs` at most. Throws `RATE_BUDGET_SPENT`
 * (retryable) if that is not enough, or if the signal aborts; then no calls are taken from the budget.
 */
export async function waitForBudget(
  { account, clock, policy }: BudgetWaitParts,
  { calls, critical }: { readonly calls: number; readonly critical: boolean },
  signal: AbortSignal,
): Promise<void> {
  const until = clock.now() + policy.budgetWaitMaxMs;
  for (;;) {
    const now = clock.now();
    const waitMs = await account.budget.take(account.id, calls, { critical });
    if (waitMs === 0) return;
    if (signal.aborted || now + waitMs > until)
      throw new AppError("RATE_BUDGET_SPENT", `The rate budget of ${account.id} is spent`, {
        retryable: true,
        retryAfterMs: waitMs,
      });
    await clock.sleep(waitMs, signal);
  }
}
