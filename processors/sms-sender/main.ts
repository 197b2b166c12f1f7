import { senderParts } from "#shared/delivery/assemble.ts";
import { budgetLimits } from "#shared/delivery/budget.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { createTwilioAdapter } from "./adapters/twilio.ts";
import { createSmsSender } from "./processor.ts";

/** A fifth waits for codes, which are most of what this channel is for. */
export const twilioBudgetShares = { burstSeconds: 1, reserveShare: 0.2 };

export async function assemble(platform: ProcessContext): Promise<Runnable> {
  const { config } = platform;
  const limits = budgetLimits(config.COMMS_TWILIO_RATE, twilioBudgetShares);
  const adapter = createTwilioAdapter({
    accountSid: config.COMMS_TWILIO_ACCOUNT_SID,
    authToken: config.COMMS_TWILIO_AUTH_TOKEN,
    baseUrl: config.COMMS_TWILIO_URL,
    from: config.COMMS_TWILIO_FROM,
    callbackUrl: config.COMMS_GATEWAY_PUBLIC_URL.replace(/\/$/, ""),
  });
  return { processor: createSmsSender(senderParts(platform, adapter, limits)), close: () => adapter.close() };
}
