import { bindsEvent, type CancelledCause } from "../../cancellation/cancellation.ts";
import { drop, formatInstant, type GateResult, pass } from "../gate-result.ts";
import type { Routable } from "../routable.ts";

/**
 * Drops a message whose producer has cancelled its cause since the event came, critical or not. An event that came later
 * under the same `cause_ref` is not bound.
 */
export function cancellation(
  { receivedAt }: Pick<Routable, "receivedAt">,
  cancelled: CancelledCause | null,
): GateResult<"PASS" | "DROP"> {
  if (cancelled === null) return pass("Its cause is not cancelled");
  const time = formatInstant(cancelled.cancelled_at);
  if (!bindsEvent(cancelled, receivedAt)) return pass(`Its cause was cancelled at ${time}, before the event came`);
  const because = cancelled.reason === "" ? "" : `: ${cancelled.reason}`;
  return drop("COMMS_CANCELLED", `Its producer cancelled it at ${time}${because}`);
}
