import type { Send } from "#shared/contracts/records.ts";
import type { SendRefusal } from "#shared/domain/delivery/send-decision.ts";
import { deferOutcome, dropOutcome, repeatOutcome, type SenderName } from "#shared/domain/delivery/sender-outcomes.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/** What the shell is told of a verdict that needs no call. */
export function sendOutcome(name: SenderName, send: Send, verdict: SendRefusal, now: Instant): Outcome {
  if (verdict.kind === "again") return repeatOutcome(send, verdict.report);
  return verdict.kind === "wait"
    ? deferOutcome({ name, send, now }, verdict)
    : dropOutcome({ name, send, now }, verdict);
}
