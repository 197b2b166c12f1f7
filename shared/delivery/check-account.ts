import { setTimeout as sleep } from "node:timers/promises";
import { unreadableAnswer } from "#shared/domain/delivery/answer.ts";
import type { AccountConfig } from "./account-settings.ts";
import type { CheckResult } from "./providers/provider.ts";

/** How long one account may take to answer, ms. */
export const checkDeadlineMs = 5_000;

/** What was found out about one account; `unknown` if its provider has nothing that could be asked. */
export type AccountCheck = CheckResult | { readonly kind: "unknown" };

/** Asks an account whether it would take a message, and sends none. Never rejects, and ends within the deadline. */
export async function checkAccount(
  { provider, config }: Pick<AccountConfig, "provider" | "config">,
  deadlineMs: number = checkDeadlineMs,
): Promise<AccountCheck> {
  if (!provider.check) return { kind: "unknown" };
  const deadline = new AbortController();
  // Past the deadline by a little: the answer of a provider that minds the signal says more.
  const late = sleep(deadlineMs + 250, undefined, { ref: false }).then(
    (): CheckResult => ({ kind: "failed", code: "DEADLINE", advice: "No answer in time: check host, port and the way there" }),
  );
  const timer = setTimeout(() => deadline.abort(), deadlineMs);
  try {
    return await Promise.race([provider.check(config, deadline.signal), late]);
  } catch {
    return { kind: "failed", code: unreadableAnswer, advice: "What came was no answer of this provider's" };
  } finally {
    clearTimeout(timer);
  }
}
