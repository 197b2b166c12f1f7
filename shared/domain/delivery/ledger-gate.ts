import type { Send } from "#shared/contracts/records.ts";
import type { Reason } from "../message/reason.ts";
import type { Instant } from "../time/instant.ts";
import type { LedgerState } from "./ledger-entry.ts";
import type { SendPolicy } from "./policy.ts";
import type { SendReport } from "./report.ts";
import { fraction } from "./retry.ts";
import type { SendRefusal } from "./send-decision.ts";

const overReasons = {
  sent: "COMMS_ALREADY_SENT",
  failed: "COMMS_PROVIDER_REJECTED",
  dropped: "COMMS_AMBIGUOUS_SEND",
} as const satisfies Record<string, Reason>;

/** What the ledger says to one more try. Asked twice: when the record is decided, and when its claim is refused. */
export function ledgerGate(
  send: Send,
  state: LedgerState,
  now: Instant,
  policy: SendPolicy,
): { readonly detail: string; readonly no?: SendRefusal } {
  switch (state.kind) {
    case "free":
      return { detail: "nobody has it" };
    case "held":
      return wait("hold", "another sender has it", state.until + spread(send), "COMMS_AMBIGUOUS_SEND");
    case "retrying":
      return wait("retry", `attempt ${state.attempt} was refused`, dueOf(state.note), "COMMS_PROVIDER_UNAVAILABLE");
    case "ambiguous":
      return inDoubt(send, state, now, policy);
    default:
      return over(state.kind, state.note);
  }
}

type InDoubt = Extract<LedgerState, { readonly kind: "ambiguous" }>;

/** Critical, still of use, and not yet called as often as it may be: once more. Else: wait for feedback, then give it up. */
function inDoubt(send: Send, { since, calls }: InDoubt, now: Instant, policy: SendPolicy) {
  const detail = `a call began ${now - since} ms ago and its end is unknown, as of ${calls} in all`;
  if (mayResend(send, now) && calls < policy.maxAttempts) return { detail };
  const deadline = since + policy.ambiguousHoldMs;
  if (now < deadline) return wait("hold", detail, Math.min(deadline, now + policy.recheckMs), "COMMS_AMBIGUOUS_SEND");
  const report = inDoubtReport(send, deadline);
  return { detail, no: { kind: "drop", gate: "ledger", reason: "COMMS_AMBIGUOUS_SEND", trace: [], report } as const };
}

/** Whether a message may be sent although an earlier call of it ended unknown: it is critical, and still of use. */
export function mayResend({ critical, expires_at }: Send, now: Instant): boolean {
  return critical && (expires_at === null || now < expires_at);
}

/** The report of a message that is given up in doubt. */
export function inDoubtReport(send: Send, at: Instant): SendReport {
  return {
    status: "DROPPED",
    at,
    attempt: send.attempt,
    provider: "",
    ref: null,
    addressHash: send.address_hash,
    reason: "COMMS_AMBIGUOUS_SEND",
    code: null,
    detail: "No feedback came, so it stays unknown whether the provider took it",
    suppress: null,
    ambiguous: true,
  };
}

function over(kind: keyof typeof overReasons, note: string) {
  const detail = `the ledger has it as ${kind}`;
  if (note !== "") return { detail, no: { kind: "again", report: JSON.parse(note) as SendReport } as const };
  return { detail, no: { kind: "drop", gate: "ledger", reason: overReasons[kind], trace: [] } as const };
}

function wait(as: "retry" | "hold", detail: string, dueAt: Instant, reason: Reason) {
  return { detail, no: { kind: "wait", as, gate: "ledger", reason, dueAt, trace: [] } as const };
}

function dueOf(note: string): Instant {
  return (JSON.parse(note) as { readonly dueAt: Instant }).dueAt;
}

/** Up to a second, so that what waits for one owner does not come back as one. */
function spread(send: Send): number {
  return 100 + Math.floor(900 * fraction("hold", send.msg_id));
}
