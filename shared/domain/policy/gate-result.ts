import type { GateTrace } from "#shared/contracts/records.ts";
import type { Bypass, Reason } from "../message/reason.ts";
import type { Instant } from "../time/instant.ts";

/** Every answer that a gate may give. */
type AnyResult =
  | { readonly verdict: "PASS"; readonly detail: string }
  /** The rule would have stopped the message, but does not apply to it. */
  | { readonly verdict: "BYPASS"; readonly reason: Bypass; readonly detail: string }
  | { readonly verdict: "DROP"; readonly reason: Reason; readonly detail: string }
  | { readonly verdict: "DIGEST"; readonly reason: Reason; readonly detail: string; readonly cadence: string }
  /**
   * The message goes on at `dueAt`: through every gate again, or as its next attempt. `pauseKey`: the key of the flag that it
   * waits for, whose end makes it due at once.
   */
  | {
      readonly verdict: "DEFER";
      readonly reason: Reason;
      readonly detail: string;
      readonly dueAt: Instant;
      readonly kind: DeferKind;
      readonly pauseKey?: string;
    }
  /** A sender asks again at `dueAt`, for the same attempt. */
  | {
      readonly verdict: "HOLD";
      readonly reason: Reason;
      readonly detail: string;
      readonly dueAt: Instant;
      readonly pauseKey?: string;
    };

/**
 * The answer of one gate on one message; `detail` describes the rule and the actual value, without an address. A gate
 * names the verdicts that it may give: `GateResult<"PASS" | "DROP">` never defers.
 */
export type GateResult<Verdict extends AnyResult["verdict"] = AnyResult["verdict"]> = Extract<
  AnyResult,
  { readonly verdict: Verdict }
>;

/** Every result that stops the message, for now or for good. */
export type GateRefusal = GateResult<"DROP" | "DIGEST" | "DEFER" | "HOLD">;

/** A result that puts the message on the schedule. */
export type Deferral = GateResult<"DEFER">;

/** Why a message waits; the kind of its item on the schedule. */
export type DeferKind = "send_at" | "quiet_hours" | "pause" | "stale" | "retry";

/** A gate's name and its result. */
export type GateAnswer = readonly [gate: string, result: GateResult];

/** The rule lets the message through. */
export function pass(detail: string): GateResult<"PASS"> {
  return { verdict: "PASS", detail };
}

/** The rule would stop the message and does not bind it. */
export function bypass(reason: Bypass, detail: string): GateResult<"BYPASS"> {
  return { verdict: "BYPASS", reason, detail };
}

/** The message ends here. */
export function drop(reason: Reason, detail: string): GateResult<"DROP"> {
  return { verdict: "DROP", reason, detail };
}

/** The message becomes an item of the person's next digest. */
export function collect(cadence: string, detail: string): GateResult<"DIGEST"> {
  return { verdict: "DIGEST", reason: "COMMS_DIGESTED", cadence, detail };
}

/** The message waits on the schedule. */
export function defer(deferral: Omit<Deferral, "verdict">): Deferral {
  return { verdict: "DEFER", ...deferral };
}

/** The sender asks again later. */
export function hold(reason: Reason, dueAt: Instant, detail: string): GateResult<"HOLD"> {
  return { verdict: "HOLD", reason, dueAt, detail };
}

/** Whether the message goes on from this gate. */
export function isPassed(result: { readonly verdict: string }): boolean {
  return result.verdict === "PASS" || result.verdict === "BYPASS";
}

/** Lets a critical message bypass the refusal (CAN-11); the bypass keeps its detail. */
export function unlessCritical<Refusal extends GateRefusal>(
  critical: boolean,
  refusal: Refusal,
): Refusal | GateResult<"BYPASS"> {
  return critical ? bypass("critical_override", refusal.detail) : refusal;
}

/** The answer as decisions keep it. */
export function traceOf([gate, result]: GateAnswer): GateTrace {
  const { verdict, detail } = result;
  return { gate, verdict, reason: result.verdict === "PASS" ? null : result.reason, detail };
}

/** An instant as details write it: `2026-11-22 17:57 UTC`. */
export function formatInstant(instant: Instant): string {
  const date = new Date(instant);
  return Number.isNaN(date.getTime()) ? "beyond all dates" : `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
