import type { AddressState } from "../facts.ts";
import { drop, type GateResult, pass } from "../gate-result.ts";

/** Drops a message without a destination: no address, no device, or an unusable address. */
export function address(state: AddressState): GateResult {
  if (state === "missing") return drop("COMMS_NO_ADDRESS", "The profile has no address for this channel");
  if (state === "unusable") return drop("COMMS_INVALID_ADDRESS", "The profile's address is not one of this channel");
  return pass(state === "usable" ? "There is an address" : "The channel needs no address");
}
