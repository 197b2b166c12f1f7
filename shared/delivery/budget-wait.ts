import type { SendPolicy } from "#shared/domain/delivery/policy.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import type { ProviderAccount } from "./accounts.ts";

/** What a sender waits for its turn with. */
export interface BudgetWaitParts {
  readonly account: Pick<ProviderAccount, "id">;
  readonly clock: Clock;
  readonly policy: Pick<SendPolicy, "budgetWaitMaxMs">;
}

/** A turn that has not come yet. */
export interface BudgetTurn {
  /** When to ask for the first time, ms from now; 0: there is nothing to wait for. */
  readonly waitMs: number;
  /** Asks whether the calls may go out: 0, or how long to wait before asking once more, ms. */
  readonly ask: () => Promise<number>;
}

/**
 * Waits until the account's budget lets the calls through, `budgetWaitMaxMs` at most. Throws `RATE_BUDGET_SPENT`
 * (retryable) if that is not enough, or if the signal aborts; then no calls are taken from the budget.
 */
export async function waitForBudget(
  { account, clock, policy }: BudgetWaitParts,
  { waitMs, ask }: BudgetTurn,
  signal: AbortSignal,
): Promise<void> {
  const until = clock.now() + policy.budgetWaitMaxMs;
  for (let leftMs = waitMs; leftMs > 0; leftMs = await ask()) {
    if (signal.aborted || clock.now() + leftMs > until)
      throw new AppError("RATE_BUDGET_SPENT", `The rate budget of ${account.id} is spent`, {
        retryable: true,
        retryAfterMs: leftMs,
      });
    await clock.sleep(leftMs, signal);
  }
}
