import { createSender, type SenderParts } from "#shared/delivery/sender.ts";

/** Sends rendered texts: one provider call an attempt, looked at once more before it. */
export function createSmsSender(parts: Omit<SenderParts, "channel">) {
  return createSender({ ...parts, channel: "SMS" });
}
