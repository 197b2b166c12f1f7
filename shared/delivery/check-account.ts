import { unreadableAnswer } from "#shared/domain/delivery/answer.ts";
import { systemClock } from "#shared/platform/clock/clock.ts";
import { directOutbound, type Outbound } from "#shared/platform/http/outbound.ts";
import type { AccountConfig } from "./account-settings.ts";
import type { CheckResult } from "./providers/provider.ts";

/** How long one account may take to answer, ms. */
export const checkDeadlineMs = 5_000;

/** What was found out about one account; `unknown` if its provider has nothing that could be asked. */
export type AccountCheck = CheckResult | { readonly kind: "unknown" };

const tooLate: CheckResult = {
  kind: "failed",
  code: "DEADLINE",
  advice: "No answer in time: check host, port and the way there",
};

/** How an account is asked. */
export interface CheckOptions {
  /** Default `checkDeadlineMs`. */
  readonly deadlineMs?: number | undefined;
  /** Default: directly. */
  readonly outbound?: Outbound;
}

/** Asks an account whether it would take a message, and sends none. Never rejects, and ends within the deadline. */
export async function checkAccount(
  { provider, config }: Pick<AccountConfig, "provider" | "config">,
  { deadlineMs = checkDeadlineMs, outbound = directOutbound }: CheckOptions = {},
): Promise<AccountCheck> {
  if (!provider.check) return { kind: "unknown" };
  const deadline = new AbortController();
  const ended = new AbortController();
  // A little past the deadline: the answer of a provider that heeds the signal says more.
  const late = systemClock.sleep(deadlineMs + 250, ended.signal).then((): CheckResult => tooLate);
  const timer = setTimeout(() => deadline.abort(), deadlineMs);
  try {
    return await Promise.race([provider.check(config, deadline.signal, outbound), late]);
  } catch {
    return { kind: "failed", code: unreadableAnswer, advice: "What came was no answer of this provider's" };
  } finally {
    clearTimeout(timer);
    ended.abort();
  }
}
