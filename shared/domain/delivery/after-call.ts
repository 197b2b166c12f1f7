import type { Send } from "#shared/contracts/records.ts";
import type { Reason } from "../message/reason.ts";
import type { Instant } from "../time/instant.ts";
import type { CallResult } from "./call-result.ts";
import { inDoubtReport, mayResend } from "./ledger-gate.ts";
import type { SendPolicy } from "./policy.ts";
import type { SendReport } from "./report.ts";
import { retryDue } from "./retry.ts";
import type { SendDecision } from "./send-decision.ts";

/** The call that ended, and the message it was for. */
export interface CallContext {
  readonly send: Send;
  readonly provider: string;
  /** Null where addresses are not hashed, or where there was more than one. */
  readonly addressHash: string | null;
  /** Whether an earlier call of the message ended with an unknown result. */
  readonly ambiguous: boolean;
  readonly now: Instant;
}

/** What follows from a call result: the message is finished, or it waits. */
export type AfterCall =
  | { readonly kind: "over"; readonly report: SendReport }
  | {
      readonly kind: "wait";
      readonly record: "retry" | "ambiguous";
      readonly wait: Extract<SendDecision, { readonly kind: "wait" }>;
    };

type Refusal = Extract<CallResult, { readonly kind: "retry" | "refuse" | "halt" }>;

/**
 * Decides whether the message is finished or makes another attempt. The caller handles `halt`: nothing follows for this
 * message then.
 */
export function afterCall(
  result: Exclude<CallResult, { readonly kind: "halt" }>,
  context: CallContext,
  policy: SendPolicy,
): AfterCall {
  if (result.kind === "sent") return finish(context, { status: "SENT", ref: result.ref, reason: null, detail: "" });
  if (result.kind === "ambiguous") return holdOrResend(result.code, context, policy);
  if (result.kind === "refuse") return fail(result, context, result.row.reason ?? "COMMS_PROVIDER_REJECTED");
  return retryOrFail(result, context, policy);
}

function retryOrFail(refusal: Refusal, context: CallContext, policy: SendPolicy): AfterCall {
  const { send, now } = context;
  const { row, retryAfterMs } = refusal;
  const dueAt = retryDue(
    { msgId: send.msg_id, attempt: send.attempt, now, baseMs: row.baseMs ?? 0, retryAfterMs },
    policy,
  );
  const reason = row.reason ?? "COMMS_PROVIDER_UNAVAILABLE";
  if (send.attempt >= (row.tries ?? policy.maxAttempts) || tooLate(send, dueAt)) return fail(refusal, context, reason);
  return wait("retry", { as: "retry", dueAt, reason, detail: row.description, doubtSince: now });
}

/** The result of the call is unknown: a critical message goes out again after a backoff, any other waits for feedback. */
function holdOrResend(code: string, context: CallContext, policy: SendPolicy): AfterCall {
  const { send, now } = context;
  const reason = "COMMS_AMBIGUOUS_SEND";
  const resendAt = retryDue({ msgId: send.msg_id, attempt: send.attempt, now, baseMs: 0, retryAfterMs: 0 }, policy);
  if (!mayResend(send, resendAt)) {
    const dueAt = now + Math.min(policy.recheckMs, policy.ambiguousHoldMs);
    return wait("ambiguous", { as: "hold", dueAt, reason, detail: code, doubtSince: now });
  }
  if (send.attempt < policy.maxAttempts)
    return wait("ambiguous", { as: "retry", dueAt: resendAt, reason, detail: code, doubtSince: now });
  return { kind: "over", report: { ...inDoubtReport(send, now), provider: context.provider, code } };
}

function fail({ row, code }: Refusal, context: CallContext, reason: Reason): AfterCall {
  return finish(context, { status: "FAILED", reason, code, detail: row.description, suppress: row.suppress ?? null });
}

function finish(
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

interface ProviderWait {
  readonly as: "retry" | "hold";
  readonly dueAt: Instant;
  readonly reason: Reason;
  readonly detail: string;
  /** When a call whose result is unknown began, as far as is known here. */
  readonly doubtSince: Instant;
}

function wait(record: "retry" | "ambiguous", { as, dueAt, reason, detail, doubtSince }: ProviderWait): AfterCall {
  const trace = [{ gate: "provider", verdict: as === "retry" ? "DEFER" : "HOLD", reason, detail } as const];
  const doubt = record === "ambiguous" && { doubtSince };
  return { kind: "wait", record, wait: { kind: "wait", as, gate: "provider", reason, dueAt, trace, ...doubt } };
}

function tooLate({ expires_at }: Send, dueAt: Instant): boolean {
  return expires_at !== null && dueAt >= expires_at;
}
