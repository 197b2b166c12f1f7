import type { Send } from "#shared/contracts/records.ts";
import { type GateResult, hold, isPassed, traceOf } from "../policy/gate-result.ts";
import { address } from "../policy/gates/address.ts";
import { cancellation } from "../policy/gates/cancellation.ts";
import { channelSwitch } from "../policy/gates/channel.ts";
import { consent } from "../policy/gates/consent.ts";
import { expiry } from "../policy/gates/expiry.ts";
import { freshness } from "../policy/gates/freshness.ts";
import { pause } from "../policy/gates/pause.ts";
import { preference } from "../policy/gates/preference.ts";
import { quietHours } from "../policy/gates/quiet-hours.ts";
import { openTargets, suppression } from "../policy/gates/suppression.ts";
import type { Routable } from "../policy/routable.ts";
import { hoursOf } from "../quiet-hours/hours.ts";
import type { Instant } from "../time/instant.ts";
import { archiveGate } from "./archive-gate.ts";
import type { SendFacts } from "./facts.ts";
import type { LedgerState } from "./ledger-entry.ts";
import { ledgerGate } from "./ledger-gate.ts";
import type { DecisionContext } from "./policy.ts";
import {
  type SendDecision,
  type SendGateAnswer,
  type SendGateResult,
  type SendRefusal,
  toSendRefusal,
} from "./send-decision.ts";

/** One order to send and everything that a gate may look at. */
interface SendGateInput {
  readonly send: Send;
  readonly message: Routable;
  readonly facts: SendFacts;
  readonly context: DecisionContext;
}

/**
 * The gates in their order. A finished message stays finished, and one that may be under way is not called expired, so the
 * ledger comes first. Then the router's rules again, since hours may have passed. Whatever follows `freshness` looks at the
 * views: a message is neither sent nor dropped for what they said too long ago.
 */
const gates: readonly (readonly [gate: string, ask: (input: SendGateInput) => SendGateResult])[] = [
  ["ledger", ({ send, facts, context }) => ledgerGate(send, facts.ledger, context)],
  ["archive", ({ message, facts, context }) => archiveGate(message, facts.archived, context)],
  ["expiry", ({ message, context }) => expiry(message, context.now)],
  ["cancellation", ({ message, facts }) => cancellation(message, facts.cancellation)],
  ["freshness", ({ message, facts, context }) => holdInstead(freshness(message, ageOf(facts, context), context.now))],
  ["channel", ({ message, facts, context }) => channelSwitch(message, facts.flags, context.now)],
  ["address", ({ facts }) => address(facts.to)],
  ["suppression", ({ message, facts }) => suppression(message, facts.to)],
  ["consent", ({ message, facts }) => consent(message, facts.preferences.consents)],
  ["preference", ({ message, facts }) => preference(message, facts.preferences)],
  ["quiet_hours", ({ message, facts, context }) => holdInstead(quietHours(message, hoursNow(facts), context.now))],
  ["pause", ({ message, facts, context }) => holdInDoubt(pause(message, facts, context.now), facts.ledger)],
];

/**
 * Decides to send, to wait or to drop; this is the last check before the provider is called. The trace holds every gate
 * up to the first that refused.
 */
export function decideSend(send: Send, facts: SendFacts, context: DecisionContext): SendDecision {
  const answers = askGates(send, facts, context);
  const last = answers.at(-1);
  const refusal = last && toSendRefusal(last, answers.flatMap(traceOfSend));
  return refusal ?? { kind: "send", to: openTargets(send, facts.to) };
}

/** Asks the gates up to the first that refuses; the answer that decides is the last. */
export function askGates(send: Send, facts: SendFacts, context: DecisionContext): readonly SendGateAnswer[] {
  const input = { send, message: routableOf(send), facts, context };
  const answers: SendGateAnswer[] = [];
  for (const [gate, ask] of gates) {
    const result = ask(input);
    answers.push([gate, result]);
    if (!isPassed(result)) break;
  }
  return answers;
}

function routableOf(send: Send): Routable {
  return {
    msgId: send.msg_id,
    tenantId: send.tenant_id,
    userId: send.user_id,
    channel: send.channel,
    templateName: send.template_name,
    category: send.category,
    critical: send.critical,
    expiresAt: send.expires_at,
    receivedAt: send.received_at,
  };
}

function ageOf({ viewsAgeMs: ageMs }: SendFacts, { policy }: DecisionContext) {
  return { ageMs, ageMsMax: policy.viewAgeMsMax };
}

function hoursNow({ preferences }: SendFacts) {
  return hoursOf(preferences.preference, preferences.profile);
}

/** The router defers a message, which comes back through its gates; a sender holds it and asks again for the same attempt. */
function holdInstead(
  result: GateResult<"PASS" | "BYPASS" | "DROP" | "DEFER">,
): GateResult<"PASS" | "BYPASS" | "DROP" | "HOLD"> {
  if (result.verdict !== "DEFER") return result;
  const { reason, dueAt, detail, pauseKey } = result;
  return { ...hold(reason, dueAt, detail), ...(pauseKey !== undefined && { pauseKey }) };
}

/** The same, for a gate that binds critical messages too: one whose earlier call has an unknown result stays in doubt. */
function holdInDoubt(result: GateResult<"PASS" | "BYPASS" | "DEFER">, ledger: LedgerState): SendGateResult {
  const held = holdInstead(result);
  return held.verdict === "HOLD" && ledger.kind === "ambiguous" ? { ...held, doubtSince: ledger.since } : held;
}

/**
 * What may have changed between the look-up of a message and its call, which may have waited for its turn: it has expired, or
 * somebody has thrown a switch. Undefined if the call may go out.
 */
export function lastRefusal(
  send: Send,
  { flags, account }: Pick<SendFacts, "flags" | "account">,
  now: Instant,
): SendRefusal | undefined {
  const message = routableOf(send);
  const answers: readonly SendGateAnswer[] = [
    ["expiry", expiry(message, now)],
    ["channel", channelSwitch(message, flags, now)],
    ["pause", holdInstead(pause(message, { flags, account }, now))],
  ];
  const first = answers.find(([, result]) => !isPassed(result));
  return first && toSendRefusal(first, [first].flatMap(traceOfSend));
}

/** A report that is written again is no decision, so it leaves no trace. */
function traceOfSend([gate, result]: SendGateAnswer) {
  return result.verdict === "REPEAT" ? [] : [traceOf([gate, result])];
}
