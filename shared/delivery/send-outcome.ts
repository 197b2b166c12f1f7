import type { Send } from "#shared/contracts/records.ts";
import type { SendRefusal } from "#shared/domain/delivery/send-decision.ts";
import { deferOutcome, dropOutcome, repeatOutcome, type SenderName } from "#shared/domain/delivery/sender-outcomes.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/** The outcome of a decision that needs no call. */
export function sendOutcome(
  send: Send,
  refusal: SendRefusal,
  { name, now }: { readonly name: SenderName; readonly now: Instant },
): Outcome {
  if (refusal.kind === "again") return repeatOutcome(send, refusal.report);
  return refusal.kind === "wait"
    ? deferOutcome({ name, send, now }, refusal)
    : dropOutcome({ name, send, now }, refusal);
}
