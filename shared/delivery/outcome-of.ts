import type { Send } from "#shared/avro/records.ts";
import type { Instant } from "#shared/clock/clock.ts";
import type { Outcome } from "#shared/processor/processor.ts";
import { deferred, dropped, repeated, type SenderName } from "./core/outcome.ts";
import type { NoCall } from "./core/verdict.ts";

/** What the shell is told of a verdict that needs no call. */
export function outcomeOf(name: SenderName, send: Send, verdict: NoCall, now: Instant): Outcome {
  if (verdict.kind === "again") return repeated(send, verdict.report);
  return verdict.kind === "wait" ? deferred(name, send, verdict, now) : dropped(name, send, verdict, now);
}
