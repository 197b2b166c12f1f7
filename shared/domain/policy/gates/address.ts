import type { Targets } from "../../delivery/target.ts";
import { drop, type GateResult, pass } from "../gate-result.ts";

/** Drops a message without a destination: no address, no device, or an unusable address. */
export function address(targets: Targets): GateResult<"PASS" | "DROP"> {
  if (targets === "none" || targets.length === 0) {
    return drop("COMMS_NO_ADDRESS", "The person has no address on this channel");
  }
  if (targets === "invalid") return drop("COMMS_INVALID_ADDRESS", "The person's address is not one of this channel");
  return pass(targets.length === 1 ? "There is an address" : `There are ${targets.length} addresses`);
}
