import type { Send } from "#shared/contracts/records.ts";
import { deferred, dropped, repeated, type SenderName } from "#shared/domain/delivery/outcome.ts";
import type { NoCall } from "#shared/domain/delivery/verdict.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/** What the shell is told of a verdict that needs no call. */
export function outcomeOf(name: SenderName, send: Send, verdict: NoCall, now: Instant): Outcome {
  if (verdict.kind === "again") return repeated(send, verdict.report);
  return verdict.kind === "wait" ? deferred(name, send, verdict, now) : dropped(name, send, verdict, now);
}
