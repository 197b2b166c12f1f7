import type { GateTrace } from "#shared/contracts/records.ts";
import type { Reason } from "../message/reason.ts";
import type { GateResult } from "../policy/gate-result.ts";
import type { Instant } from "../time/instant.ts";
import type { AddressedTarget } from "./facts.ts";
import type { SendReport } from "./report.ts";

/** What a sender decides about one record before it calls the provider. */
export type SendDecision =
  /** Call the provider. */
  | { readonly kind: "send"; readonly to: readonly AddressedTarget[] }
  /** The message is finished, and its report may not have reached the log: write the report again. */
  | { readonly kind: "again"; readonly report: SendReport }
  /** Do not send. `report` is present where the ledger must record it. */
  | {
      readonly kind: "drop";
      readonly gate: string;
      readonly reason: Reason;
      readonly trace: readonly GateTrace[];
      readonly report?: SendReport;
    }
  /** Later. `retry` is the next attempt; `hold` checks the same attempt again. */
  | {
      readonly kind: "wait";
      readonly as: "retry" | "hold";
      readonly gate: string;
      readonly reason: Reason;
      readonly dueAt: Instant;
      readonly trace: readonly GateTrace[];
      /** When the call began whose result is unknown, if that is why. */
      readonly doubtSince?: Instant;
      /** The key of the flag that it waits for, if that is why. */
      readonly pauseKey?: string;
    };

/** A decision without a provider call. */
export type SendRefusal = Exclude<SendDecision, { readonly kind: "send" }>;

/**
 * The answer of one gate of a sender: that of any gate, a wait for the next attempt, or a report. A gate of the router that
 * defers does not fit: a sender holds instead.
 */
export type SendGateResult =
  | GateResult<"PASS" | "BYPASS">
  /** `doubtSince`: when the call began whose result is unknown, if that is why. */
  | (GateResult<"HOLD"> & { readonly doubtSince?: Instant })
  | (GateResult<"DEFER"> & { readonly kind: "retry" })
  /** `report` is present where the ledger must record the drop. */
  | (GateResult<"DROP"> & { readonly report?: SendReport })
  /** The message is finished, and its report is written again. */
  | { readonly verdict: "REPEAT"; readonly report: SendReport; readonly detail: string };

/** A gate's name and its result. */
export type SendGateAnswer = readonly [gate: string, result: SendGateResult];

/** The decision that follows from a gate's answer; undefined if the message passes it. */
export function toSendRefusal([gate, result]: SendGateAnswer, trace: readonly GateTrace[]): SendRefusal | undefined {
  switch (result.verdict) {
    case "PASS":
    case "BYPASS":
      return undefined;
    case "REPEAT":
      return { kind: "again", report: result.report };
    case "DROP": {
      const { reason, report } = result;
      return { kind: "drop", gate, reason, trace, ...(report && { report }) };
    }
    default: {
      const { verdict, reason, dueAt } = result;
      const doubt = "doubtSince" in result && { doubtSince: result.doubtSince };
      const pause = result.pauseKey !== undefined && { pauseKey: result.pauseKey };
      return {
        kind: "wait",
        as: verdict === "HOLD" ? "hold" : "retry",
        gate,
        reason,
        dueAt,
        trace,
        ...doubt,
        ...pause,
      };
    }
  }
}
