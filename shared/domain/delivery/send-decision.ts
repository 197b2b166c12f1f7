import type { GateTrace } from "#shared/contracts/records.ts";
import type { Reason } from "../message/reason.ts";
import type { Instant } from "../time/instant.ts";
import type { AddressedTarget } from "./facts.ts";
import type { SendReport } from "./report.ts";

/** What a sender decides on one record before it calls anybody. */
export type SendDecision =
  /** Call the provider. */
  | { readonly kind: "send"; readonly to: readonly AddressedTarget[] }
  /** It is over, and the report may never have been written: write it (again). */
  | { readonly kind: "again"; readonly report: SendReport }
  /** No. A report goes along where the ledger must learn of it. */
  | {
      readonly kind: "drop";
      readonly gate: string;
      readonly reason: Reason;
      readonly trace: readonly GateTrace[];
      readonly report?: SendReport;
    }
  /** Later. `retry`: the next attempt. `hold`: the same attempt, looked at again. */
  | {
      readonly kind: "wait";
      readonly as: "retry" | "hold";
      readonly gate: string;
      readonly reason: Reason;
      readonly dueAt: Instant;
      readonly trace: readonly GateTrace[];
    };

/** A verdict by which nobody is called. */
export type SendRefusal = Exclude<SendDecision, { readonly kind: "send" }>;

/** What one gate says: the rule and the value in words, and the verdict where it is no yes. */
export interface LastCheck {
  readonly detail: string;
  readonly no?: SendRefusal;
}
