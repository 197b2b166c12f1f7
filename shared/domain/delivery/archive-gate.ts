import { drop, type GateResult, hold, pass } from "../policy/gate-result.ts";
import type { Routable } from "../policy/routable.ts";
import type { SendFacts } from "./facts.ts";
import type { DecisionContext } from "./policy.ts";

/**
 * Drops a message that the archive has as sent: an event that arrives again after the ledger has forgotten it looks new.
 * While the table cannot be asked, only critical messages pass, and of those only what the ledger would remember.
 */
export function archiveGate(
  { critical }: Pick<Routable, "critical">,
  archived: SendFacts["archived"],
  { now, policy }: DecisionContext,
): GateResult<"PASS" | "DROP" | "HOLD"> {
  if (archived === true) return drop("COMMS_ALREADY_SENT", "comms_message has it as sent");
  if (archived === false) return pass("No older send");
  const detail = "comms_message cannot be asked";
  return critical && archived === "unknown"
    ? pass(detail)
    : hold("COMMS_STATE_STALE", now + policy.staleHoldMs, detail);
}
