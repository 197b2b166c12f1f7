import type { Targets } from "../delivery/target.ts";

/** The one target of a channel whose addresses belong to the person. */
export function addressTargets(
  given: string | null | undefined,
  normalise: (address: string) => string | undefined,
): Targets {
  if (!given?.trim()) return "none";
  const address = normalise(given);
  return address === undefined ? "invalid" : [{ address, deviceId: "" }];
}
