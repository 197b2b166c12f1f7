import type { Send } from "#shared/contracts/records.ts";
import type { AddressedTarget } from "#shared/domain/delivery/facts.ts";
import { reportOutcome } from "#shared/domain/delivery/sender-outcomes.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Route } from "./accounts.ts";
import { type ConcludeParts, conclude } from "./conclude.ts";
import { type ContentParts, readContent, unreadableReport } from "./content.ts";
import { claimMessage, countAmbiguousSend, type MessageClaimParts } from "./message-claim.ts";
import { callProvider, type ProviderCallParts } from "./provider-call.ts";

/** What every step works with, once the account is chosen. */
type StepParts = ContentParts & MessageClaimParts & ProviderCallParts & ConcludeParts;

/** What a sender makes its call with: the parts of every step, and the route that chooses the account. */
export type PerformParts = Omit<StepParts, "account"> & { readonly route: Route };

/** Where one message goes, and until when it may wait. */
export interface PerformOptions {
  /** The targets that `decideSend` allows: one call each. */
  readonly to: readonly AddressedTarget[];
  /** When a call of unknown result began, by the order itself; undefined if it says nothing of one. */
  readonly doubtSince: Instant | undefined;
  /** Ends the wait for the budget, never a call that has begun. */
  readonly signal: AbortSignal;
}

/**
 * Claims the message, calls the provider by the account that the route names first, and records the result. Every step up
 * to the confirmation may be repeated; no step after it may.
 */
export async function perform(common: PerformParts, send: Send, options: PerformOptions): Promise<Outcome> {
  const { to } = options;
  const [account] = common.route(send);
  const parts: StepParts = { ...common, account };
  account.breaker.admit();
  const content = await readContent(parts, send);
  if (!content) return reportOutcome(send, unreadableReport(parts, send));
  const claimed = await claimMessage(parts, send, options);
  if (claimed.kind === "refused") return claimed.outcome;
  const { claim } = claimed;
  const beforeCall = countAmbiguousSend(parts, send, claim);
  const answers = await Promise.all(to.map((target) => callProvider(parts, { send, content, target, beforeCall })));
  return conclude(parts, { send, claim, to, answers });
}
