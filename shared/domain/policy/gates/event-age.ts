import type { Instant } from "../../time/instant.ts";
import { drop, formatInstant, type GateResult, pass } from "../gate-result.ts";
import type { Routable } from "../routable.ts";

/** The age of an event at which no message of it is of use, ms: 30 days. */
export const eventAgeMsMax = 30 * 86_400_000;

/** Drops a message whose event is older than the bound, critical or not: a replay of old traffic tells nobody news. */
export function eventAge({ occurredAt }: Pick<Routable, "occurredAt">, now: Instant): GateResult<"PASS" | "DROP"> {
  const happened = `Its event happened at ${formatInstant(occurredAt)}`;
  return now - occurredAt <= eventAgeMsMax
    ? pass(happened)
    : drop("COMMS_EXPIRED", `${happened}, more than 30 days ago`);
}
