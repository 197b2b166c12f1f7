import type { Output } from "#shared/contracts/output.ts";
import type { Send } from "#shared/contracts/records.ts";
import { type AfterCall, afterCall, type CallContext } from "#shared/domain/delivery/after-call.ts";
import type { Answer } from "#shared/domain/delivery/answer.ts";
import { type CallResult, combine, rowOfAnswer } from "#shared/domain/delivery/call-result.ts";
import type { AddressedTarget } from "#shared/domain/delivery/facts.ts";
import { dueNote, reportNote } from "#shared/domain/delivery/ledger-note.ts";
import type { SendPolicy } from "#shared/domain/delivery/policy.ts";
import type { SendReport } from "#shared/domain/delivery/report.ts";
import { deferOutcome, reportOutcome, type SenderName } from "#shared/domain/delivery/sender-outcomes.ts";
import { tokenKey } from "#shared/domain/message/record-keys.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import type { ProviderAccount } from "./accounts.ts";
import type { AttemptLog } from "./attempt-log.ts";
import { giveBack, type MessageClaim, type RecordParts, recordResult } from "./message-claim.ts";
import { isBreakerRefusal } from "./provider-call.ts";
import type { Reconciler } from "./reconciler.ts";

/** What the calls of a message are concluded with. */
export interface ConcludeParts extends RecordParts {
  readonly reconciler: Pick<Reconciler, "release">;
  readonly attempts: Pick<AttemptLog, "withdraw">;
  readonly name: SenderName;
  readonly account: Pick<ProviderAccount, "id" | "provider" | "adapter" | "breaker">;
  readonly policy: SendPolicy;
}

/** The calls of one message, an answer for each target. */
export interface AnsweredCalls {
  readonly send: Send;
  readonly claim: MessageClaim;
  readonly to: readonly AddressedTarget[];
  readonly answers: readonly Answer[];
}

/**
 * Records the result of the calls on the ledger and gives the outcome that follows. Throws `PROVIDER_UNAVAILABLE`
 * (retryable) if the account is out of order or the breaker let no call through: then the claim is given back.
 */
export async function conclude(parts: ConcludeParts, calls: AnsweredCalls): Promise<Outcome> {
  const result = combine(parts.account.adapter.answers, calls.answers);
  if (result.kind === "halt" || calls.answers.every(isBreakerRefusal)) return halt(parts, calls.claim, result);
  // The ledger also counts calls whose processes died before they wrote a record.
  const send = { ...calls.send, attempt: calls.claim.attempt };
  const context = contextOf(parts, { ...calls, send });
  const next = afterCall(result, context, parts.policy);
  const tombstones = tokenTombstones(parts, calls);
  await recordResult(parts, send, { claim: calls.claim, ...ledgerRecord(next) });
  if (next.kind === "over") return reportOutcome(send, next.report, tombstones);
  const outcome = deferOutcome({ name: parts.name, send, now: context.now }, next.wait);
  return outcome.kind === "defer" ? { ...outcome, outputs: [...outcome.outputs, ...tombstones] } : outcome;
}

/** This message and all others wait where they are: the account is out of order, or the breaker let no call through. */
async function halt(parts: ConcludeParts, claim: MessageClaim, result: CallResult): Promise<never> {
  await giveBack(parts, claim);
  if (result.kind === "halt") parts.account.breaker.trip();
  parts.account.breaker.admit();
  const code = "code" in result ? result.code : "";
  throw new AppError("PROVIDER_UNAVAILABLE", `${parts.account.id} lets nothing through: ${code}`, {
    retryable: true,
    retryAfterMs: 1_000,
  });
}

function contextOf({ account, clock }: ConcludeParts, { send, claim, to }: AnsweredCalls): CallContext {
  const addressHash = to.length === 1 ? to[0]?.hash || null : null;
  return { send, provider: account.provider, addressHash, ambiguous: claim.ambiguous, now: clock.now() };
}

/** Tombstones for the tokens that the provider refused for good; what a device has registered since stays. */
function tokenTombstones({ account, meter }: ConcludeParts, { send, to, answers }: AnsweredCalls): readonly Output[] {
  return answers.flatMap((answer, index): readonly Output[] => {
    const token = to[index]?.address;
    if (!rowOfAnswer(account.adapter.answers, answer)?.prune || !token || answer.kind === "accepted") return [];
    meter.tokenInvalid(answer.code);
    return [{ topic: "comms.tokens", key: tokenKey({ tenant_id: send.tenant_id, token }), value: null }];
  });
}

const recordedStates = { SENT: "sent", FAILED: "failed", DROPPED: "ambiguous" } as const satisfies Record<
  SendReport["status"],
  string
>;

/** What the ledger keeps: the report until the log holds it, or when the next attempt is due. */
function ledgerRecord(next: AfterCall) {
  if (next.kind === "wait") return { state: next.record, note: dueNote(next.wait.dueAt) };
  return { state: recordedStates[next.report.status], note: reportNote(next.report) };
}
