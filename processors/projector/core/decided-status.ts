import type { Decision, Status, Verdict } from "#shared/contracts/records.ts";
import type { Reason } from "#shared/domain/message/reason.ts";

/**
 * The status of a message after a stage's no. An unlisted reason is a rule's no: dropped. `COMMS_ALREADY_SENT` is about a
 * replay of a message, so it says nothing of the status of the first one.
 */
const statusAfterDrop: Partial<Readonly<Record<Reason, Status>>> = {
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

const statusAfter: Readonly<Record<Exclude<Verdict, "DROP">, Status>> = {
  UNKNOWN: "QUEUED",
  PASS: "QUEUED",
  BYPASS: "QUEUED",
  DEFER: "SCHEDULED",
  HOLD: "SCHEDULED",
  DIGEST: "DIGESTED",
};

/** The status that a decision gives to its message. */
export function decidedStatus({ verdict, reason }: Pick<Decision, "verdict" | "reason">): Status {
  if (verdict !== "DROP") return statusAfter[verdict];
  return statusAfterDrop[reason as Reason] ?? "DROPPED";
}
