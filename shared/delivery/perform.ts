import type { Output } from "#shared/contracts/output.ts";
import type { Send } from "#shared/contracts/records.ts";
import { afterCall, type CallContext } from "#shared/domain/delivery/after-call.ts";
import { type Answer, unreadableAnswer } from "#shared/domain/delivery/answer.ts";
import { type CallResult, combine, isProviderFailure, rowOfAnswer } from "#shared/domain/delivery/call-result.ts";
import type { AddressedTarget } from "#shared/domain/delivery/facts.ts";
import { ledgerGate, mayResend } from "#shared/domain/delivery/ledger-gate.ts";
import type { CallRecord } from "#shared/domain/delivery/ledger-rules.ts";
import type { SendPolicy } from "#shared/domain/delivery/policy.ts";
import type { SendReport } from "#shared/domain/delivery/report.ts";
import { deferOutcome, reportOutcome, type SenderName } from "#shared/domain/delivery/sender-outcomes.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import type { Content } from "#shared/domain/message/content.ts";
import { tokenKey } from "#shared/domain/message/record-keys.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { ArtifactStore } from "#shared/platform/artifacts/artifact-store.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { AppError, codeOf, isRetryable } from "#shared/platform/errors/app-error.ts";
import { callDeadlineMs, type Ledger, leaseMs } from "#shared/state/ledger/ledger.ts";
import type { ChannelAdapter, OutboundMessage } from "./adapter.ts";
import type { Breaker } from "./breaker.ts";
import type { RateBudget } from "./budget.ts";
import type { SendMeter } from "./meter.ts";
import { sendOutcome } from "./send-outcome.ts";

/** What a sender makes its call with. */
export interface PerformParts {
  readonly name: SenderName;
  readonly adapter: ChannelAdapter;
  readonly artifacts: Pick<ArtifactStore, "get">;
  readonly ledger: Ledger;
  readonly breaker: Breaker;
  readonly budget: RateBudget;
  /** The provider account that the budget counts: `ses:default`. */
  readonly account: string;
  readonly clock: Clock;
  readonly meter: SendMeter;
  readonly policy: SendPolicy;
  /** Names one try of this process and no other. */
  readonly nextOwner: () => string;
}

/** The claim, the call and its record. Everything up to the confirmation may be done again; nothing after it is. */
export async function perform(
  parts: PerformParts,
  send: Send,
  to: readonly AddressedTarget[],
  signal: AbortSignal,
): Promise<Outcome> {
  const { ledger, clock, policy, name } = parts;
  parts.breaker.admit();
  const content = await wordsOf(parts, send);
  if (!content) return reportOutcome(send, unreadable(parts, send));
  const owner = parts.nextOwner();
  const now = clock.now();
  const claim = await ledger.claim({
    msgId: send.msg_id,
    owner,
    attempt: send.attempt,
    leaseMs,
    now,
    resend: mayResend(send, now),
  });
  if (claim.kind !== "claimed") {
    const { refusal } = ledgerGate(send, claim, { now, policy });
    if (refusal) return sendOutcome(name, send, refusal, now);
    throw lost(send);
  }
  await confirm(parts, send, to.length, owner, signal);
  const answers = await Promise.all(to.map((target) => call(parts, send, content, target)));
  // A call that no connection was made for, or that the breaker refused, cannot have doubled anything.
  const reached = answers.some((answer) => answer.kind !== "unreached");
  if (claim.ambiguous && reached) parts.meter.ambiguousSend(channelName(send.channel));
  // The ledger knows of calls that no record tells of: their processes died.
  const called = { ...send, attempt: claim.attempt };
  return conclude(parts, { send: called, to, answers, owner, ambiguous: claim.ambiguous });
}

/** Waits for its turn, then asks once more whether the message is its own. Gives the claim back if it comes to nothing. */
async function confirm(
  parts: PerformParts,
  send: Send,
  calls: number,
  owner: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await turn(parts, send, calls, signal);
    if (!(await parts.ledger.confirm(send.msg_id, owner, parts.clock.now()))) throw lost(send);
  } catch (error) {
    await giveBack(parts, send, owner);
    throw error;
  }
}

async function turn(
  { budget, account, clock, policy }: PerformParts,
  send: Send,
  calls: number,
  signal: AbortSignal,
): Promise<void> {
  const until = clock.now() + policy.budgetWaitMaxMs;
  for (;;) {
    const now = clock.now();
    const waitMs = await budget.take(account, calls, { critical: send.critical, now });
    if (waitMs === 0) return;
    if (signal.aborted || now + waitMs > until)
      throw new AppError("RATE_BUDGET_SPENT", `The rate budget of ${account} is spent`, {
        retryable: true,
        retryAfterMs: waitMs,
      });
    await clock.sleep(waitMs, signal);
  }
}

/**
 * An adapter that throws has called, as far as anybody can tell: what it came to is unknown, and somebody must look. A
 * throw that went on from here would end the process, and the next one would make the call again, without end.
 */
async function answerOf({ adapter }: PerformParts, letter: OutboundMessage): Promise<Answer> {
  // Not AbortSignal.timeout, which goes off after every call, ended or not, and makes an exception each time.
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), callDeadlineMs);
  try {
    return await adapter.send(letter, deadline.signal);
  } catch {
    return { kind: "unknown", code: unreadableAnswer };
  } finally {
    clearTimeout(timer);
  }
}

/** One provider call. The breaker's refusal, which can come to all but one while it probes, is a call never made. */
async function call(parts: PerformParts, send: Send, content: Content, target: AddressedTarget): Promise<Answer> {
  const { adapter, breaker, clock, meter } = parts;
  const started = clock.now();
  const letter = { send, content, target, addressHash: target.hash, now: started };
  const make = () => answerOf(parts, letter);
  const answer = await breaker
    .run(make, (value) => isProviderFailure(adapter.answers, value))
    .catch((error: unknown): Answer => {
      if (codeOf(error) !== "PROVIDER_UNAVAILABLE") throw error;
      return { kind: "unreached", code: breakerOpen };
    });
  const row = rowOfAnswer(adapter.answers, answer);
  const outcome = answer.kind === "refused" ? (row?.act ?? "unknown") : answer.kind;
  const channel = channelName(send.channel);
  meter.providerRequest(channel, adapter.provider, outcome, (clock.now() - started) / 1_000);
  if (row?.alert && answer.kind === "refused") meter.alert(channel, adapter.provider, answer.code, row.alert);
  if (answer.kind === "unknown" && answer.code === unreadableAnswer)
    meter.alert(channel, adapter.provider, answer.code, "P1");
  return answer;
}

const breakerOpen = "BREAKER_OPEN";

interface Called {
  readonly send: Send;
  readonly to: readonly AddressedTarget[];
  readonly answers: readonly Answer[];
  readonly owner: string;
  readonly ambiguous: boolean;
}

async function conclude(parts: PerformParts, called: Called): Promise<Outcome> {
  const { send, to, answers, owner, ambiguous } = called;
  const { adapter, clock, policy, name } = parts;
  const ruling = combine(adapter.answers, answers);
  const uncalled = answers.every((answer) => answer.kind === "unreached" && answer.code === breakerOpen);
  if (ruling.kind === "halt" || uncalled) return halt(parts, send, owner, ruling);
  const now = clock.now();
  const addressHash = to.length === 1 ? to[0]?.hash || null : null;
  const context: CallContext = { send, provider: adapter.provider, addressHash, ambiguous, now };
  const after = afterCall(ruling, context, policy);
  const prunes = pruned(parts, called);
  if (after.kind === "wait") {
    const note = JSON.stringify({ dueAt: after.wait.dueAt });
    await remember(parts, send, owner, { state: after.record, attempt: send.attempt, note });
    const outcome = deferOutcome({ name, send, now }, after.wait);
    return outcome.kind === "defer" ? { ...outcome, outputs: [...outcome.outputs, ...prunes] } : outcome;
  }
  const { report } = after;
  const state = report.status === "SENT" ? "sent" : report.status === "FAILED" ? "failed" : "ambiguous";
  await remember(parts, send, owner, { state, attempt: send.attempt, note: JSON.stringify(report) });
  return reportOutcome(send, report, prunes);
}

/** The account is out of order, or the breaker let nobody through: this message and all others wait where they are. */
async function halt(parts: PerformParts, send: Send, owner: string, ruling: CallResult): Promise<never> {
  await giveBack(parts, send, owner);
  if (ruling.kind === "halt") parts.breaker.trip();
  parts.breaker.admit();
  const code = "code" in ruling ? ruling.code : "";
  throw new AppError("PROVIDER_UNAVAILABLE", `${parts.adapter.provider} lets nothing through: ${code}`, {
    retryable: true,
    retryAfterMs: 1_000,
  });
}

/** The devices whose tokens the provider refused for good, as tombstones. */
function pruned({ adapter, meter }: PerformParts, { send, to, answers }: Called): readonly Output[] {
  return answers.flatMap((answer, index): readonly Output[] => {
    const deviceId = to[index]?.deviceId;
    if (!rowOfAnswer(adapter.answers, answer)?.prune || !deviceId || answer.kind === "accepted") return [];
    meter.tokenInvalid(answer.code);
    const key = tokenKey({ tenant_id: send.tenant_id, user_id: send.user_id, device_id: deviceId });
    return [{ topic: "comms.tokens", key, value: null }];
  });
}

/**
 * Writes the end of the call. Where Redis does not answer, the report goes to the log all the same and comes back to
 * the ledger from there; making the whole call again would be worse. What else keeps the ledger from writing needs a look.
 */
async function remember(parts: PerformParts, send: Send, owner: string, record: CallRecord): Promise<void> {
  const { ledger, clock, meter, adapter } = parts;
  try {
    await ledger.record(send.msg_id, owner, record, clock.now());
  } catch (error) {
    if (!isRetryable(error)) meter.alert(channelName(send.channel), adapter.provider, "LEDGER_UNWRITTEN", "P1");
  }
}

/** A claim that cannot be given back runs out by itself. */
async function giveBack({ ledger, clock }: PerformParts, send: Send, owner: string): Promise<void> {
  try {
    await ledger.release(send.msg_id, owner, clock.now());
  } catch (error) {
    if (!isRetryable(error)) throw error;
  }
}

/** No later call will read these words; a person who was erased took the key along. */
const gone: ReadonlySet<string> = new Set(["ARTIFACT_MISSING", "ARTIFACT_CORRUPT", "USER_KEY_DESTROYED"]);

/** Undefined where the words are gone for good: the person was erased, or the store lost them. */
async function wordsOf({ artifacts }: PerformParts, send: Send): Promise<Content | undefined> {
  try {
    return await artifacts.get(
      { tenantId: send.tenant_id, userId: send.user_id, msgId: send.msg_id },
      send.artifact_ref,
    );
  } catch (error) {
    if (gone.has(codeOf(error))) return undefined;
    throw error;
  }
}

function unreadable({ adapter, clock }: PerformParts, send: Send): SendReport {
  const { attempt, address_hash } = send;
  const detail = "The rendered words cannot be read from the artifact store";
  const base = {
    at: clock.now(),
    attempt,
    provider: adapter.provider,
    ref: null,
    addressHash: address_hash,
    code: null,
  };
  return { ...base, status: "FAILED", reason: "COMMS_RENDER_FAILED", detail, suppress: null, ambiguous: false };
}

function lost(send: Send): AppError {
  return new AppError("LEDGER_CLAIM_LOST", `The claim of message ${send.msg_id} is another's`, { retryable: true });
}
