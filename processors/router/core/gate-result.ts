import type { Bypass, Reason } from "#shared/domain/message/reason.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/** What one gate says of one message. The detail is the rule and the actual value, in words without an address. */
export type GateResult =
  | { readonly verdict: "PASS"; readonly detail: string }
  /** The rule would have stopped the message, and does not bind it. */
  | { readonly verdict: "BYPASS"; readonly reason: Bypass; readonly detail: string }
  | { readonly verdict: "DROP"; readonly reason: Reason; readonly detail: string }
  | { readonly verdict: "DIGEST"; readonly reason: Reason; readonly detail: string; readonly cadence: string }
  | {
      readonly verdict: "DEFER";
      readonly reason: Reason;
      readonly detail: string;
      readonly dueAt: Instant;
      readonly kind: DeferKind;
    };

/** Every verdict but a yes. */
export type GateRefusal = Exclude<GateResult, { verdict: "PASS" | "BYPASS" }>;

/** Why a message waits, as its item on the schedule is called. */
export type DeferKind = "quiet_hours" | "pause";

export function pass(detail: string): GateResult {
  return { verdict: "PASS", detail };
}

export function bypass(reason: Bypass, detail: string): GateResult {
  return { verdict: "BYPASS", reason, detail };
}

export function drop(reason: Reason, detail: string): GateRefusal {
  return { verdict: "DROP", reason, detail };
}

export function collect(cadence: string, detail: string): GateRefusal {
  return { verdict: "DIGEST", reason: "COMMS_DIGESTED", cadence, detail };
}

export function defer(kind: DeferKind, reason: Reason, dueAt: Instant, detail: string): GateRefusal {
  return { verdict: "DEFER", reason, kind, dueAt, detail };
}

/** A no that a critical message passes (CAN-11): the rule and its value are told all the same. */
export function unlessCritical(critical: boolean, no: GateRefusal): GateResult {
  return critical ? bypass("critical_override", no.detail) : no;
}

/** An instant in the words of a detail: `2026-11-22 17:57 UTC`. */
export function instantWords(instant: Instant): string {
  const date = new Date(instant);
  return Number.isNaN(date.getTime()) ? "beyond all dates" : `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
