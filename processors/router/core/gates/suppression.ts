import type { Suppression } from "#shared/contracts/records.ts";
import { covers, stoppedBy } from "#shared/domain/suppression/suppression.ts";
import { bypass, drop, type GateResult, instantWords, pass } from "../gate-result.ts";
import type { Message } from "../message.ts";

/** Refuses an address that any entry stops. Which reasons stop critical messages too: `shared/suppression`. */
export function suppression(
  message: Pick<Message, "category" | "critical">,
  entries: readonly Suppression[],
): GateResult {
  const stop = stoppedBy(entries, message);
  if (stop) return drop(stop.reason === "LEGAL" ? "COMMS_BLOCKLISTED" : "COMMS_SUPPRESSED", wordsOf(stop));
  const passed = entries.find((entry) => covers(entry.scope, message.category));
  return passed ? bypass("critical_override", wordsOf(passed)) : pass("No entry stops the address");
}

function wordsOf({ reason, origin, scope, created_at }: Suppression): string {
  const [why, who] = [reason, origin].map((word) => word.toLowerCase());
  return `${why} by the ${who}, scope ${scope}, since ${instantWords(created_at)}`;
}
