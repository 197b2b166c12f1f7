import type { Feedback } from "#shared/contracts/records.ts";
import type { Outcome } from "../outcome/outcome.ts";
import { writtenValues } from "../outcome/written-values.ts";
import type { LoggedResult } from "./ledger-rules.ts";

/**
 * The result that a feedback record gives the ledger, or undefined for none. A provider that reports on a message has
 * taken it, even if it reports a bounce. A drop counts only if it was in doubt: every other drop is decided again each time.
 */
export function loggedResultOf(feedback: Feedback): LoggedResult | undefined {
  const state = stateOf(feedback);
  if (!state) return undefined;
  const { msg_id, attempt, origin, recorded_at } = feedback;
  return { msgId: msg_id, state, attempt, bySender: origin === "SENDER", recordedAt: recorded_at };
}

/** The results that the feedback in these outcomes gives the ledger, in their order. */
export function loggedResultsOf(outcomes: readonly Outcome[]): readonly LoggedResult[] {
  return writtenValues(outcomes, "comms.feedback").flatMap((feedback) => loggedResultOf(feedback) ?? []);
}

function stateOf({ origin, status, reason }: Feedback): LoggedResult["state"] | undefined {
  if (origin === "PROVIDER") return status === "UNKNOWN" ? undefined : "sent";
  if (origin !== "SENDER") return undefined;
  if (status === "SENT") return "sent";
  if (status === "FAILED") return "failed";
  return status === "DROPPED" && reason === "COMMS_AMBIGUOUS_SEND" ? "dropped" : undefined;
}
