import type { GateTrace, Send } from "#shared/contracts/records.ts";
import type { Reason } from "../message/reason.ts";
import { stoppedBy } from "../suppression/suppression.ts";
import type { Instant } from "../time/instant.ts";
import type { AddressedTarget, SendFacts } from "./facts.ts";
import { ledgerGate } from "./ledger-gate.ts";
import type { SendPolicy } from "./policy.ts";
import { checkConsent, checkPreference, checkQuietHours } from "./recipient-checks.ts";
import type { LastCheck, SendDecision, SendRefusal } from "./send-decision.ts";

type Gate = (send: Send, facts: SendFacts, now: Instant, policy: SendPolicy) => LastCheck;

/** In this order: what is over stays over, and what may be under way is not called expired. */
const gates: readonly (readonly [string, Gate])[] = [
  ["ledger", (send, { ledger }, now, policy) => ledgerGate(send, ledger, now, policy)],
  ["archive", archive],
  ["expiry", expiry],
  ["address", address],
  ["suppression", suppression],
  ["consent", (send, { preferences: wishes }) => checkConsent(send, wishes)],
  ["preference", (send, { preferences: wishes }) => checkPreference(send, wishes)],
  ["quiet_hours", (send, { preferences: wishes }, now) => checkQuietHours(send, wishes, now)],
  ["freshness", freshness],
];

/** Send, wait or not, with every gate up to the one that settled it. The last look before the provider is called. */
export function decideSend(send: Send, facts: SendFacts, now: Instant, policy: SendPolicy): SendDecision {
  const trace: GateTrace[] = [];
  for (const [name, gate] of gates) {
    const { detail, no: verdict } = gate(send, facts, now, policy);
    trace.push(traced(name, detail, verdict));
    if (verdict) return "trace" in verdict ? { ...verdict, trace } : verdict;
  }
  return { kind: "send", to: allowed(send, facts) };
}

/** An event told again after the ledger has forgotten it looks like a new one: a table that is away holds all but a code. */
function archive({ critical }: Send, { archived }: SendFacts, now: Instant, policy: SendPolicy) {
  if (archived === true) return no("comms_message has it as sent", "archive", "COMMS_ALREADY_SENT");
  if (archived === false) return yes("no older send");
  const detail = "comms_message cannot be asked";
  return critical ? yes(detail) : { detail, no: stale("archive", now, policy) };
}

function expiry({ expires_at }: Send, _facts: SendFacts, now: Instant) {
  if (expires_at === null) return yes("never expires");
  return now >= expires_at
    ? no(`expired ${now - expires_at} ms ago`, "expiry", "COMMS_EXPIRED")
    : yes(`${expires_at - now} ms left`);
}

function address(_send: Send, { to }: SendFacts) {
  if (to === "none" || to.length === 0) return no("no address on this channel", "address", "COMMS_NO_ADDRESS");
  if (to === "invalid") return no("the address cannot be written to", "address", "COMMS_INVALID_ADDRESS");
  return yes(`${to.length} address${to.length === 1 ? "" : "es"}`);
}

function suppression(send: Send, facts: SendFacts) {
  const entries = addressed(facts).flatMap(({ suppressions }) => suppressions);
  const entry = allowed(send, facts).length > 0 ? undefined : stoppedBy(entries, send);
  if (!entry) return yes("no entry binds");
  const { reason, origin, scope } = entry;
  const code = reason === "LEGAL" ? "COMMS_BLOCKLISTED" : "COMMS_SUPPRESSED";
  return no(`${reason} by ${origin}, scope ${scope}`, "suppression", code);
}

function freshness({ critical }: Send, { viewsAsOf }: SendFacts, now: Instant, policy: SendPolicy) {
  const age = now - viewsAsOf;
  const detail = `views are ${age} ms old, bound ${policy.viewAgeMaxMs} ms`;
  if (critical || age <= policy.viewAgeMaxMs) return yes(detail);
  return { detail, no: stale("freshness", now, policy) };
}

function stale(gate: string, now: Instant, { staleHoldMs }: SendPolicy) {
  const dueAt = now + staleHoldMs;
  return { kind: "wait", as: "hold", gate, reason: "COMMS_STATE_STALE", dueAt, trace: [] } as const;
}

/** The targets against which nothing binds. */
function allowed(send: Send, facts: SendFacts): readonly AddressedTarget[] {
  return addressed(facts).filter(({ suppressions }) => !stoppedBy(suppressions, send));
}

function addressed({ to }: SendFacts): readonly AddressedTarget[] {
  return typeof to === "string" ? [] : to;
}

function yes(detail: string) {
  return { detail };
}

function no(detail: string, gate: string, reason: Reason) {
  return { detail, no: { kind: "drop", gate, reason, trace: [] } as const };
}

function traced(gate: string, detail: string, verdict: SendRefusal | undefined): GateTrace {
  if (!verdict) return { gate, verdict: "PASS", reason: null, detail };
  const reason = verdict.kind === "again" ? verdict.report.reason : verdict.reason;
  return { gate, verdict: verdict.kind === "wait" ? "HOLD" : "DROP", reason, detail };
}
