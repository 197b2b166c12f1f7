import { drop, type GateResult, pass } from "../gate-result.ts";
import type { Message } from "../message.ts";

/**
 * Drops a message whose dedupe key another message holds. The holder itself always passes, also when it is reprocessed
 * after a crash or released from the schedule.
 */
export function dedupe({ msgId }: Pick<Message, "msgId">, owner: string): GateResult {
  if (owner === msgId) return pass("It holds its dedupe key");
  return drop("COMMS_DEDUPED", `Message ${owner} holds the dedupe key`);
}
