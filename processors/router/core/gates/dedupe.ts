import { drop, type GateResult, pass } from "../gate-result.ts";
import type { Message } from "../message.ts";

/**
 * Refuses a message when another holds its dedupe key. The holder itself passes, however often it comes: reprocessed
 * after a crash, or released from the schedule.
 */
export function dedupe({ msgId }: Pick<Message, "msgId">, owner: string): GateResult {
  if (owner === msgId) return pass("It holds its dedupe key");
  return drop("COMMS_DEDUPED", `Message ${owner} holds the dedupe key`);
}
