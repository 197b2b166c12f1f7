import { createSender, type SenderParts } from "#shared/delivery/sender.ts";

/**
 * Sends a push message to all of a person's devices at once. It is sent once one of them has taken it; `combine` in
 * `shared/domain/delivery` has the rule for the others.
 */
export function createPushSender(parts: Omit<SenderParts, "channel">) {
  return createSender({ ...parts, channel: "PUSH" });
}
