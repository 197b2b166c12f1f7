import type { Send } from "#shared/contracts/records.ts";
import { isRepeatable } from "../channel/channels.ts";
import type { Reason } from "../message/reason.ts";
import { drop, hold, pass } from "../policy/gate-result.ts";
import type { Instant } from "../time/instant.ts";
import type { LedgerState } from "./ledger-entry.ts";
import { readDueNote, readReportNote } from "./ledger-note.ts";
import { crashesMax } from "./ledger-rules.ts";
import type { DecisionContext } from "./policy.ts";
import type { SendReport } from "./report.ts";
import { fraction } from "./retry.ts";
import type { SendGateResult } from "./send-decision.ts";

const inDoubt = "COMMS_AMBIGUOUS_SEND";

const finishedReasons = {
  sent: "COMMS_ALREADY_SENT",
  failed: "COMMS_PROVIDER_REJECTED",
  dropped: inDoubt,
} as const satisfies Record<string, Reason>;

/**
 * Checks whether the ledger allows one more call. It runs twice: when the record is decided, and when its claim is
 * refused.
 */
export function ledgerGate(send: Send, state: LedgerState, context: DecisionContext): SendGateResult {
  switch (state.kind) {
    case "free":
      return pass("Nobody has it");
    case "held":
      return hold(inDoubt, state.until + spread(send), "Another sender has it");
    case "retrying":
      return retryLater(state);
    case "ambiguous":
      return checkInDoubt(send, state, context);
    default:
      return refuseFinished(state.kind, state.note);
  }
}

type InDoubt = Extract<LedgerState, { readonly kind: "ambiguous" }>;
type Retrying = Extract<LedgerState, { readonly kind: "retrying" }>;

/**
 * Allows another call for a message that is critical or harmless to repeat, has not expired and has calls left, unless two processes have died in
 * its calls. Any other message waits for feedback until the deadline, and is then dropped.
 */
function checkInDoubt(
  send: Send,
  { since, calls, crashes }: InDoubt,
  { now, policy }: DecisionContext,
): SendGateResult {
  const detail = `A call began ${now - since} ms ago and its end is unknown, as of ${calls} in all`;
  const isAllowed = calls < policy.maxAttempts && crashes < crashesMax;
  if (mayResend(send, now) && isAllowed) return pass(detail);
  const deadline = since + policy.ambiguousHoldMs;
  if (now < deadline)
    return { ...hold(inDoubt, Math.min(deadline, now + policy.recheckMs), detail), doubtSince: since };
  return { ...drop(inDoubt, detail), report: inDoubtReport(send, deadline) };
}

/** Whether a message may be sent after a call with an unknown result: it is critical or harmless to repeat, and has not expired. */
export function mayResend({ critical, channel, expires_at }: Send, now: Instant): boolean {
  return (critical || isRepeatable(channel)) && (expires_at === null || now < expires_at);
}

/** The report of a message that is dropped while its result is unknown. */
export function inDoubtReport(send: Send, at: Instant): SendReport {
  return {
    status: "DROPPED",
    at,
    attempt: send.attempt,
    provider: "",
    ref: null,
    addressHash: send.address_hash,
    reason: inDoubt,
    code: null,
    detail: "No feedback came, so it stays unknown whether the provider took it",
    suppress: null,
    ambiguous: true,
  };
}

function refuseFinished(kind: keyof typeof finishedReasons, note: string): SendGateResult {
  const detail = `The ledger has it as ${kind}`;
  if (note !== "") return { verdict: "REPEAT", report: readReportNote(note), detail };
  return drop(finishedReasons[kind], detail);
}

/** The note of a refused attempt holds the instant of the next one. */
function retryLater({ attempt, note }: Retrying): SendGateResult {
  const detail = `Attempt ${attempt} was refused`;
  return { verdict: "DEFER", kind: "retry", reason: "COMMS_PROVIDER_UNAVAILABLE", dueAt: readDueNote(note), detail };
}

/** Up to a second, so that the messages that wait for one owner do not all come back at once. */
function spread(send: Send): number {
  return 100 + Math.floor(900 * fraction("hold", send.msg_id));
}
