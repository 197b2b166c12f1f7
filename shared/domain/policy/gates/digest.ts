import { collect, type GateResult, pass } from "../gate-result.ts";
import type { Routable } from "../routable.ts";

/** Collects a message with a cadence for the person's next digest. A critical message is never collected. */
export function digest({
  cadence,
  critical,
}: Pick<Routable, "critical"> & { readonly cadence: string | null }): GateResult<"PASS" | "DIGEST"> {
  if (cadence === null) return pass("It has no cadence");
  return critical
    ? pass(`Cadence ${cadence} does not hold a critical message`)
    : collect(cadence, `Collected for ${cadence}`);
}
