import type { Suppression } from "#shared/contracts/records.ts";
import { covers, decisiveSuppression } from "#shared/domain/suppression/suppression.ts";
import { bypass, drop, formatInstant, type GateResult, pass } from "../gate-result.ts";
import type { Message } from "../message.ts";

/** Drops a message to an address that an entry stops. `shared/domain/suppression` says which reasons stop critical ones. */
export function suppression(
  message: Pick<Message, "category" | "critical">,
  entries: readonly Suppression[],
): GateResult {
  const stop = decisiveSuppression(entries, message);
  if (stop) return drop(stop.reason === "LEGAL" ? "COMMS_BLOCKLISTED" : "COMMS_SUPPRESSED", describe(stop));
  const bypassed = entries.find((entry) => covers(entry.scope, message.category));
  return bypassed ? bypass("critical_override", describe(bypassed)) : pass("No entry stops the address");
}

function describe({ reason, origin, scope, created_at }: Suppression): string {
  const [why, who] = [reason, origin].map((word) => word.toLowerCase());
  return `${why} by the ${who}, scope ${scope}, since ${formatInstant(created_at)}`;
}
