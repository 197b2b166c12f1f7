import type { GateTrace } from "#shared/contracts/records.ts";
import type { Reason } from "../message/reason.ts";
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
    };

/** A decision without a provider call. */
export type SendRefusal = Exclude<SendDecision, { readonly kind: "send" }>;

/** The answer of one gate: `detail` describes the rule and the value; `refusal` is absent when the message passes. */
export interface LastCheck {
  readonly detail: string;
  readonly refusal?: SendRefusal;
}
