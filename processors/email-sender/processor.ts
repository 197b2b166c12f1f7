import { createSender, type SenderParts } from "#shared/delivery/sender.ts";

/** Sends rendered mail: one provider call an attempt, looked at once more before it. The adapter names the provider. */
export function createEmailSender(parts: Omit<SenderParts, "channel">) {
  return createSender({ ...parts, channel: "EMAIL" });
}
