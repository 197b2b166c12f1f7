import type { Instant } from "../../time/instant.ts";
import { drop, formatInstant, type GateResult, pass } from "../gate-result.ts";
import type { Routable } from "../routable.ts";

/** Drops a message that has expired, critical or not: on arrival, and again at each release. */
export function expiry({ expiresAt }: Pick<Routable, "expiresAt">, now: Instant): GateResult<"PASS" | "DROP"> {
  if (expiresAt === null) return pass("It does not expire");
  const time = formatInstant(expiresAt);
  return now < expiresAt ? pass(`It expires at ${time}`) : drop("COMMS_EXPIRED", `It expired at ${time}`);
}
