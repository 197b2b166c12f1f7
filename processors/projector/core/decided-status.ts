import type { Decision, Status, Verdict } from "#shared/contracts/records.ts";
import type { Reason } from "#shared/domain/message/reason.ts";

/**
 * Where a message stands after a stage's no. What is not listed is a rule's no: dropped. `COMMS_ALREADY_SENT` is said of
 * a second telling of a message, so it says nothing of where the first one stands.
 */
const afterNo: Partial<Readonly<Record<Reason, Status>>> = {
  COMMS_SUPPRESSED: "SUPPRESSED",
  COMMS_BLOCKLISTED: "SUPPRESSED",
  COMMS_EXPIRED: "EXPIRED",
  COMMS_CANCELLED: "CANCELLED",
  COMMS_DIGESTED: "DIGESTED",
  COMMS_RENDER_FAILED: "FAILED",
  COMMS_TEMPLATE_MISSING_VAR: "FAILED",
  COMMS_PROVIDER_REJECTED: "FAILED",
  COMMS_PROVIDER_UNAVAILABLE: "FAILED",
  COMMS_ALREADY_SENT: "QUEUED",
};

const after: Readonly<Record<Exclude<Verdict, "DROP">, Status>> = {
  UNKNOWN: "QUEUED",
  PASS: "QUEUED",
  BYPASS: "QUEUED",
  DEFER: "SCHEDULED",
  HOLD: "SCHEDULED",
  DIGEST: "DIGESTED",
};

/** The status that a decision speaks of. */
export function decidedStatus({ verdict, reason }: Pick<Decision, "verdict" | "reason">): Status {
  if (verdict !== "DROP") return after[verdict];
  return afterNo[reason as Reason] ?? "DROPPED";
}
