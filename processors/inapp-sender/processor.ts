import { createSender, type SenderParts } from "#shared/delivery/sender.ts";

/** Puts rendered notes into the notification centre, through the same gates and ledger as every other channel. */
export function createInappSender(parts: Omit<SenderParts, "channel">) {
  return createSender({ ...parts, channel: "INAPP" });
}
