import { senderParts } from "#shared/delivery/assemble.ts";
import type { Platform } from "#shared/lifecycle/platform.ts";
import type { Runnable } from "#shared/processor/processor.ts";
import { createTwilioAdapter } from "./adapters/twilio.ts";
import { createSmsSender } from "./processor.ts";

/** What Twilio's API takes; it queues what the number may not send yet, for ten hours. */
const limits = { rate: 250, burst: 250, reserve: 50 };

export async function assemble(platform: Platform): Promise<Runnable> {
  const { config } = platform;
  const adapter = createTwilioAdapter({
    accountSid: config.COMMS_TWILIO_ACCOUNT_SID,
    authToken: config.COMMS_TWILIO_AUTH_TOKEN,
    baseUrl: config.COMMS_TWILIO_URL,
    from: config.COMMS_TWILIO_FROM,
    callbackUrl: config.COMMS_GATEWAY_PUBLIC_URL.replace(/\/$/, ""),
  });
  return { processor: createSmsSender(senderParts(platform, adapter, limits)), close: () => adapter.close() };
}
