import { drop, type GateResult, pass } from "../gate-result.ts";
import type { Routable } from "../routable.ts";

/**
 * Drops a message whose dedupe key another message holds. The holder itself always passes, also when it is reprocessed
 * after a crash or released from the schedule.
 */
export function dedupe({ msgId }: Pick<Routable, "msgId">, owner: string): GateResult<"PASS" | "DROP"> {
  if (owner === msgId) return pass("It holds its dedupe key");
  return drop("COMMS_DEDUPED", `Message ${owner} holds the dedupe key`);
}
