import type { Send } from "#shared/contracts/records.ts";
import type { Reason } from "../message/reason.ts";
import type { Instant } from "../time/instant.ts";
import type { CallResult } from "./call-result.ts";
import { inDoubtReport, mayResend } from "./ledger-gate.ts";
import type { SendPolicy } from "./policy.ts";
import type { SendReport } from "./report.ts";
import { retryDue } from "./retry.ts";
import type { SendDecision } from "./send-decision.ts";

/** What the call was about, beside the message itself. */
export interface CallContext {
  readonly send: Send;
  readonly provider: string;
  /** Null where addresses are not hashed, or there was more than one. */
  readonly addressHash: string | null;
  /** Whether an earlier call of the message ended unknown. */
  readonly ambiguous: boolean;
  readonly now: Instant;
}

/** What follows from a ruling: the message is over, or it waits. */
export type AfterCall =
  | { readonly kind: "over"; readonly report: SendReport }
  | {
      readonly kind: "wait";
      readonly record: "retry" | "ambiguous";
      readonly wait: Extract<SendDecision, { readonly kind: "wait" }>;
    };

type Refusal = Extract<CallResult, { readonly kind: "retry" | "refuse" | "halt" }>;

/** The end of a message, or its next attempt. `halt` is the caller's: then nothing follows for this message. */
export function afterCall(
  ruling: Exclude<CallResult, { readonly kind: "halt" }>,
  context: CallContext,
  policy: SendPolicy,
): AfterCall {
  if (ruling.kind === "sent") return over(context, { status: "SENT", ref: ruling.ref, reason: null, detail: "" });
  if (ruling.kind === "ambiguous") return inDoubt(ruling.code, context, policy);
  if (ruling.kind === "refuse") return refused(ruling, context, ruling.row.reason ?? "COMMS_PROVIDER_REJECTED");
  return retry(ruling, context, policy);
}

function retry(ruling: Refusal, context: CallContext, policy: SendPolicy): AfterCall {
  const { send, now } = context;
  const { row, retryAfterMs } = ruling;
  const dueAt = retryDue(
    { msgId: send.msg_id, attempt: send.attempt, now, baseMs: row.baseMs ?? 0, retryAfterMs },
    policy,
  );
  const reason = row.reason ?? "COMMS_PROVIDER_UNAVAILABLE";
  if (send.attempt >= (row.tries ?? policy.maxAttempts) || tooLate(send, dueAt))
    return refused(ruling, context, reason);
  return waiting("retry", "retry", dueAt, reason, row.words);
}

/** A call of which the end is unknown: critical messages go out again after a backoff, others wait to be told. */
function inDoubt(code: string, context: CallContext, policy: SendPolicy): AfterCall {
  const { send, now } = context;
  const again = retryDue({ msgId: send.msg_id, attempt: send.attempt, now, baseMs: 0, retryAfterMs: 0 }, policy);
  if (!mayResend(send, again))
    return waiting(
      "ambiguous",
      "hold",
      now + Math.min(policy.recheckMs, policy.ambiguousHoldMs),
      "COMMS_AMBIGUOUS_SEND",
      code,
    );
  if (send.attempt < policy.maxAttempts) return waiting("ambiguous", "retry", again, "COMMS_AMBIGUOUS_SEND", code);
  return { kind: "over", report: { ...inDoubtReport(send, now), provider: context.provider, code } };
}

function refused({ row, code }: Refusal, context: CallContext, reason: Reason): AfterCall {
  return over(context, { status: "FAILED", reason, code, detail: row.words, suppress: row.suppress ?? null });
}

function over(
  context: CallContext,
  end: Pick<SendReport, "status" | "reason" | "detail"> & Partial<SendReport>,
): AfterCall {
  const { send, now, provider, addressHash, ambiguous } = context;
  const base = {
    at: now,
    attempt: send.attempt,
    provider,
    ref: null,
    addressHash,
    code: null,
    suppress: null,
    ambiguous,
  };
  return { kind: "over", report: { ...base, ...end } };
}

function waiting(
  record: "retry" | "ambiguous",
  as: "retry" | "hold",
  dueAt: Instant,
  reason: Reason,
  detail: string,
): AfterCall {
  const trace = [{ gate: "provider", verdict: as === "retry" ? "DEFER" : "HOLD", reason, detail } as const];
  return { kind: "wait", record, wait: { kind: "wait", as, gate: "provider", reason, dueAt, trace } };
}

function tooLate({ expires_at }: Send, dueAt: Instant): boolean {
  return expires_at !== null && dueAt >= expires_at;
}
