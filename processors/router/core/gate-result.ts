import type { Bypass, Reason } from "#shared/domain/message/reason.ts";
import type { Instant } from "#shared/domain/time/instant.ts";

/** The answer of one gate on one message. `detail` describes the rule and the actual value, without an address. */
export type GateResult =
  | { readonly verdict: "PASS"; readonly detail: string }
  /** The rule would have stopped the message, but does not apply to it. */
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

/** Every result that stops the message, for now or for good. */
export type GateRefusal = Exclude<GateResult, { verdict: "PASS" | "BYPASS" }>;

/** A result that puts the message on the schedule. */
export type Deferral = Extract<GateResult, { verdict: "DEFER" }>;

/** Why a message waits; the kind of its item on the schedule. */
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

export function defer(deferral: Omit<Deferral, "verdict">): GateRefusal {
  return { verdict: "DEFER", ...deferral };
}

/** Lets a critical message bypass the refusal (CAN-11); the bypass keeps its detail. */
export function unlessCritical(critical: boolean, refusal: GateRefusal): GateResult {
  return critical ? bypass("critical_override", refusal.detail) : refusal;
}

/** An instant as details write it: `2026-11-22 17:57 UTC`. */
export function formatInstant(instant: Instant): string {
  const date = new Date(instant);
  return Number.isNaN(date.getTime()) ? "beyond all dates" : `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
