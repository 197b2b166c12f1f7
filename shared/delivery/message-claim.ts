import type { Send } from "#shared/contracts/records.ts";
import { isRepeatable } from "#shared/domain/channel/channels.ts";
import type { EarlierDoubt } from "#shared/domain/delivery/attempt-batch.ts";
import { lastRefusal } from "#shared/domain/delivery/decide-send.ts";
import { ledgerGate, mayResend } from "#shared/domain/delivery/ledger-gate.ts";
import type { CallRecord } from "#shared/domain/delivery/ledger-rules.ts";
import type { SendPolicy } from "#shared/domain/delivery/policy.ts";
import { toSendRefusal } from "#shared/domain/delivery/send-decision.ts";
import type { SenderName } from "#shared/domain/delivery/sender-outcomes.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { AppError, isRetryable } from "#shared/platform/errors/app-error.ts";
import { type ClaimRef, callDeadlineMs, type Ledger, leaseMs } from "#shared/state/ledger/ledger.ts";
import type { ProviderAccount } from "./accounts.ts";
import type { AttemptLog } from "./attempt-log.ts";
import { type BudgetWaitParts, waitForBudget } from "./budget-wait.ts";
import type { SendMeter } from "./meter.ts";
import type { RecentFlags } from "./recent-flags.ts";
import type { Reconciler } from "./reconciler.ts";
import { sendOutcome } from "./send-outcome.ts";

/** What a message is claimed on the ledger with. */
export interface MessageClaimParts extends BudgetWaitParts {
  readonly name: SenderName;
  readonly ledger: Ledger;
  readonly reconciler: Pick<Reconciler, "release">;
  readonly attempts: Pick<AttemptLog, "announce" | "withdraw">;
  readonly account: Pick<ProviderAccount, "id" | "provider" | "budget">;
  /** What people have switched since the message was looked up. */
  readonly flags: Pick<RecentFlags, "recent">;
  readonly policy: SendPolicy;
  /** Names one try of this process and no other. */
  readonly nextOwner: () => string;
}

/** What a message is claimed for, and until when it may wait. */
export interface ClaimOptions {
  /** One call each. */
  readonly to: readonly unknown[];
  /** When a call of unknown result began, by the order; a ledger that was wiped may not know it. */
  readonly doubtSince: Instant | undefined;
  /** Ends the wait for the budget. */
  readonly signal: AbortSignal;
}

/** A claim that this try owns until its lease runs out. */
export interface MessageClaim extends ClaimRef {
  /** The number of this call. The ledger also counts the calls whose processes died before they wrote a record. */
  readonly attempt: number;
  /** Whether the result of an earlier call of the message is unknown, so that this one may be a second message. */
  readonly ambiguous: boolean;
}

/**
 * How long ago a claim may have been confirmed when its calls begin, ms: what is left of its lease outlasts them, and the log held
 * them before a restoration of the ledger began to read (`quarantineMs`).
 */
export const confirmedAgoMsMax = leaseMs - callDeadlineMs - 1_000;

interface RefusedClaim {
  readonly kind: "refused";
  readonly outcome: Outcome;
}

/** A claim that is confirmed, and not on the log yet. */
interface ConfirmedClaim {
  readonly kind: "confirmed";
  readonly call: ClaimRef & { readonly attempt: number; readonly doubt: EarlierDoubt | undefined };
  readonly confirmedAt: Instant;
  /** Confirms once more: renews the lease, and takes nothing from the budget. */
  readonly confirm: () => Promise<number>;
}

type ClaimAttempt = { readonly kind: "claimed"; readonly claim: MessageClaim } | RefusedClaim;

/**
 * Claims the message, takes its calls from the account's budget and confirms the claim: in one step, or after a wait if the
 * budget is spent. Then the log holds that its calls may begin. If the message belongs to another or is over, the outcome that follows from that. What throws has given the
 * claim back, also one whose answer was lost, or left it to the reconciler.
 */
export async function claimMessage(parts: MessageClaimParts, send: Send, options: ClaimOptions): Promise<ClaimAttempt> {
  const ref = { msgId: send.msg_id, owner: parts.nextOwner() };
  const confirmed = await confirmInTurn(parts, send, { ...options, ref }).catch(async (error: unknown) => {
    await parts.reconciler.release(ref, parts.clock.now());
    throw error;
  });
  if (confirmed.kind === "refused") return confirmed;
  const { attempt, doubt } = confirmed.call;
  if (isRepeatable(send.channel)) return { kind: "claimed", claim: { ...ref, attempt, ambiguous: false } };
  try {
    await announceInTime(parts, send, confirmed);
  } catch (error) {
    await giveBack(parts, ref);
    throw error;
  }
  return { kind: "claimed", claim: { ...ref, attempt, ambiguous: doubt !== undefined } };
}

/** What a claim is given back with. */
interface GiveBackParts extends Pick<MessageClaimParts, "reconciler"> {
  readonly attempts: Pick<AttemptLog, "withdraw">;
  readonly clock: Pick<Clock, "now">;
}

/** Gives a claim back that has called nobody, on the ledger and on the log. */
export async function giveBack({ reconciler, attempts, clock }: GiveBackParts, claim: ClaimRef): Promise<void> {
  attempts.withdraw({ msgId: claim.msgId, owner: claim.owner });
  await reconciler.release(claim, clock.now());
}

async function confirmInTurn(
  parts: MessageClaimParts,
  send: Send,
  { ref, to, doubtSince, signal }: ClaimOptions & { readonly ref: ClaimRef },
): Promise<ConfirmedClaim | RefusedClaim> {
  const { name, ledger, account, clock, policy } = parts;
  const budget = { account: account.id, limits: account.budget, calls: to.length, critical: send.critical };
  const now = clock.now();
  const resend = mayResend(send, now);
  const { attempt, reopens } = send;
  const result = await ledger.begin({ ...ref, attempt, reopens, leaseMs, now, resend, budget });
  if (result.kind === "claimed") {
    let confirmedAt = now;
    const confirm = async () => {
      confirmedAt = clock.now();
      return confirmedWait(ref, await ledger.confirm(ref, budget, confirmedAt));
    };
    await waitForBudget(parts, { waitMs: result.waitMs, ask: confirm }, signal);
    const doubt = result.doubt ?? (doubtSince === undefined ? undefined : { since: doubtSince, crashes: 0 });
    // One in doubt goes on: what it may have sent is not undone.
    const stopped = doubt === undefined ? await stopNow(parts, send) : undefined;
    if (stopped) await parts.reconciler.release(ref, clock.now());
    return stopped ?? { kind: "confirmed", call: { ...ref, attempt: result.attempt, doubt }, confirmedAt, confirm };
  }
  const refusal = toSendRefusal(["ledger", ledgerGate(send, result, { now, policy })], []);
  if (!refusal) throw claimLost(ref);
  return { kind: "refused", outcome: sendOutcome(send, refusal, { name, now }) };
}

/** The last look at the clock and the flags before the call. */
async function stopNow(
  { name, account, clock, flags }: MessageClaimParts,
  send: Send,
): Promise<RefusedClaim | undefined> {
  const facts = { flags: await flags.recent(), account };
  const now = clock.now();
  const refusal = lastRefusal(send, facts, now);
  return refusal && { kind: "refused", outcome: sendOutcome(send, refusal, { name, now }) };
}

/** Returns once the log holds that a call of the message may have begun, with a lease that is long enough for it. */
async function announceInTime(
  { attempts, clock }: Pick<MessageClaimParts, "attempts" | "clock">,
  { lane, reopens }: Send,
  { call, confirmedAt, confirm }: ConfirmedClaim,
): Promise<void> {
  await attempts.announce({ ...call, reopens, isExpress: lane === "EXPRESS" });
  const agoMs = clock.now() - confirmedAt;
  // A clock that was set back says nothing of the lease.
  if (agoMs < 0 || agoMs > confirmedAgoMsMax) await confirm();
}

/** Throws `LEDGER_CLAIM_LOST` (retryable) if another has taken the message meanwhile. */
function confirmedWait(ref: ClaimRef, waitMs: number | undefined): number {
  if (waitMs === undefined) throw claimLost(ref);
  return waitMs;
}

/**
 * What is done right before each call of a message: the first counts it if the result of an earlier call is unknown. A process
 * that dies in the call has counted it. A call that the breaker refuses is not made, and not counted; one that made no
 * connection is.
 */
export function countAmbiguousSend(
  { meter }: { readonly meter: SendMeter },
  send: Pick<Send, "channel">,
  claim: Pick<MessageClaim, "ambiguous">,
): () => void {
  let isCounted = !claim.ambiguous;
  return () => {
    if (isCounted) return;
    isCounted = true;
    meter.ambiguousSend(channelName(send.channel));
  };
}

/** What the result of a call is recorded with. */
export interface RecordParts {
  readonly ledger: Ledger;
  readonly clock: Pick<Clock, "now">;
  readonly meter: SendMeter;
  readonly account: Pick<ProviderAccount, "provider">;
}

/** The claim whose call ended, and what to write. */
export interface ClaimRecord extends Omit<CallRecord, "attempt"> {
  readonly claim: MessageClaim;
}

/**
 * Writes the result of the call to the ledger. If Redis does not answer, the report still goes to the log and reaches
 * the ledger from there; repeating the whole call would be worse. Any other failure raises an alert.
 */
export async function recordResult(parts: RecordParts, send: Send, { claim, state, note }: ClaimRecord): Promise<void> {
  const { ledger, clock, meter, account } = parts;
  try {
    await ledger.record(claim, { state, attempt: claim.attempt, note }, clock.now());
  } catch (error) {
    if (isRetryable(error)) return;
    meter.alert({
      channel: channelName(send.channel),
      provider: account.provider,
      code: "LEDGER_UNWRITTEN",
      level: "P1",
    });
  }
}

function claimLost({ msgId }: ClaimRef): AppError {
  return new AppError("LEDGER_CLAIM_LOST", `The claim of message ${msgId} is another's`, { retryable: true });
}
