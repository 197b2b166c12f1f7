import type { AddressState } from "../facts.ts";
import { drop, type GateResult, pass } from "../gate-result.ts";

/** Refuses a message that has nowhere to go: no address, no device, or an address that cannot be written to. */
export function address(state: AddressState): GateResult {
  if (state === "missing") return drop("COMMS_NO_ADDRESS", "The profile has no address for this channel");
  if (state === "unusable") return drop("COMMS_INVALID_ADDRESS", "The profile's address is not one of this channel");
  return pass(state === "usable" ? "There is an address" : "The channel needs no address");
}
