import type { GateTrace, Send } from "#shared/contracts/records.ts";
import type { Reason } from "../message/reason.ts";
import { decisiveSuppression } from "../suppression/suppression.ts";

import type { AddressedTarget, SendFacts } from "./facts.ts";
import { ledgerGate } from "./ledger-gate.ts";
import type { DecisionContext } from "./policy.ts";
import { checkConsent, checkPreference, checkQuietHours } from "./recipient-checks.ts";
import type { LastCheck, SendDecision, SendRefusal } from "./send-decision.ts";

type Gate = (send: Send, facts: SendFacts, context: DecisionContext) => LastCheck;

/** The order matters: a finished message stays finished, and a message that may be under way is not called expired. */
const gates: readonly (readonly [string, Gate])[] = [
  ["ledger", (send, { ledger }, context) => ledgerGate(send, ledger, context)],
  ["archive", archive],
  ["expiry", expiry],
  ["address", address],
  ["suppression", suppression],
  ["consent", (send, { preferences }) => checkConsent(send, preferences)],
  ["preference", (send, { preferences }) => checkPreference(send, preferences)],
  ["quiet_hours", (send, { preferences }, { now }) => checkQuietHours(send, preferences, now)],
  ["freshness", freshness],
];

/**
 * Decides to send, to wait or to drop; this is the last check before the provider is called. The trace holds every gate
 * up to the first that refused.
 */
export function decideSend(send: Send, facts: SendFacts, context: DecisionContext): SendDecision {
  const trace: GateTrace[] = [];
  for (const [name, gate] of gates) {
    const check = gate(send, facts, context);
    const { refusal } = check;
    trace.push(traceOf(name, check));
    if (refusal) return "trace" in refusal ? { ...refusal, trace } : refusal;
  }
  return { kind: "send", to: allowed(send, facts) };
}

/**
 * Refuses a message that the archive has as sent: an event that arrives again after the ledger has forgotten it looks
 * new. While the table cannot be asked, only critical messages pass.
 */
function archive({ critical }: Send, { archived }: SendFacts, context: DecisionContext): LastCheck {
  if (archived === true) return refuse("comms_message has it as sent", "archive", "COMMS_ALREADY_SENT");
  if (archived === false) return pass("no older send");
  const detail = "comms_message cannot be asked";
  return critical ? pass(detail) : { detail, refusal: stale("archive", context) };
}

function expiry({ expires_at }: Send, _facts: SendFacts, { now }: DecisionContext): LastCheck {
  if (expires_at === null) return pass("never expires");
  return now >= expires_at
    ? refuse(`expired ${now - expires_at} ms ago`, "expiry", "COMMS_EXPIRED")
    : pass(`${expires_at - now} ms left`);
}

function address(_send: Send, { to }: SendFacts): LastCheck {
  if (to === "none" || to.length === 0) return refuse("no address on this channel", "address", "COMMS_NO_ADDRESS");
  if (to === "invalid") return refuse("the address cannot be written to", "address", "COMMS_INVALID_ADDRESS");
  return pass(`${to.length} address${to.length === 1 ? "" : "es"}`);
}

function suppression(send: Send, facts: SendFacts): LastCheck {
  const entries = addressed(facts).flatMap(({ suppressions }) => suppressions);
  const entry = allowed(send, facts).length > 0 ? undefined : decisiveSuppression(entries, send);
  if (!entry) return pass("no entry binds");
  const { reason, origin, scope } = entry;
  const code = reason === "LEGAL" ? "COMMS_BLOCKLISTED" : "COMMS_SUPPRESSED";
  return refuse(`${reason} by ${origin}, scope ${scope}`, "suppression", code);
}

function freshness({ critical }: Send, { viewsAsOf }: SendFacts, context: DecisionContext): LastCheck {
  const age = context.now - viewsAsOf;
  const { viewAgeMaxMs } = context.policy;
  const detail = `views are ${age} ms old, bound ${viewAgeMaxMs} ms`;
  if (critical || age <= viewAgeMaxMs) return pass(detail);
  return { detail, refusal: stale("freshness", context) };
}

function stale(gate: string, { now, policy }: DecisionContext): SendRefusal {
  const dueAt = now + policy.staleHoldMs;
  return { kind: "wait", as: "hold", gate, reason: "COMMS_STATE_STALE", dueAt, trace: [] };
}

/** The targets that no suppression stops. */
function allowed(send: Send, facts: SendFacts): readonly AddressedTarget[] {
  return addressed(facts).filter(({ suppressions }) => !decisiveSuppression(suppressions, send));
}

function addressed({ to }: SendFacts): readonly AddressedTarget[] {
  return typeof to === "string" ? [] : to;
}

function pass(detail: string): LastCheck {
  return { detail };
}

function refuse(detail: string, gate: string, reason: Reason): LastCheck {
  return { detail, refusal: { kind: "drop", gate, reason, trace: [] } };
}

function traceOf(gate: string, { detail, refusal }: LastCheck): GateTrace {
  if (!refusal) return { gate, verdict: "PASS", reason: null, detail };
  const reason = refusal.kind === "again" ? refusal.report.reason : refusal.reason;
  return { gate, verdict: refusal.kind === "wait" ? "HOLD" : "DROP", reason, detail };
}
