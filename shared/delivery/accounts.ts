import type { Send } from "#shared/contracts/records.ts";
import type { BudgetLimits } from "#shared/domain/delivery/rate-budget.ts";
import type { ChannelAdapter } from "./adapter.ts";
import type { Breaker } from "./breaker.ts";

/**
 * An account with a provider, as a sender calls it. Breaker and budget are its own: an account that fails, or has spent
 * its rate, says nothing about another, not even about one with the same provider.
 */
export interface ProviderAccount {
  /** `ses:default`, `acme-mail`: the label of its breaker, and the key of its budget in Redis. */
  readonly id: string;
  /** Whose messages it sends. Absent: those of every tenant without an account of its own. */
  readonly tenant?: string;
  readonly provider: string;
  readonly adapter: ChannelAdapter;
  readonly breaker: Breaker;
  /** What its budget lets through; the bucket itself lies with the ledger. */
  readonly budget: BudgetLimits;
}

/** The accounts that may send a message, the one to call first. Never empty, and never another tenant's. */
export type Route = (send: Pick<Send, "tenant_id">) => readonly [ProviderAccount, ...ProviderAccount[]];

/**
 * Routes by tenant: a tenant's own account, else the default one. There is no failover: what a tenant's own account does
 * not take, no other account sends. Throws a `RangeError` unless exactly one account has no tenant and no two have the
 * same.
 */
export function routeByTenant(accounts: readonly ProviderAccount[]): Route {
  const [byDefault, ...others] = accounts.filter(({ tenant }) => tenant === undefined);
  if (!byDefault || others.length > 0) throw new RangeError("A channel has exactly one account without a tenant");
  const own = new Map(accounts.flatMap((account) => (account.tenant === undefined ? [] : [[account.tenant, account]])));
  if (own.size !== accounts.length - 1) throw new RangeError("A tenant has one account on a channel");
  return ({ tenant_id }) => [own.get(tenant_id) ?? byDefault];
}
