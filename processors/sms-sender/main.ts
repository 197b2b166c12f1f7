import { senderParts } from "#shared/delivery/assemble.ts";
import { budgetLimits } from "#shared/delivery/budget.ts";
import type { ConfigOf } from "#shared/platform/config/setting.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { createTwilioAdapter } from "./adapters/twilio.ts";
import type { settings } from "./config.ts";
import { createSmsSender } from "./processor.ts";

/** A fifth waits for codes, which are most of what this channel is for. */
export const twilioBudgetShares = { burstSeconds: 1, reserveShare: 0.2 };

export async function assemble(platform: ProcessContext, config: ConfigOf<typeof settings>): Promise<Runnable> {
  const limits = budgetLimits(config.COMMS_TWILIO_RATE, twilioBudgetShares);
  const adapter = createTwilioAdapter({
    accountSid: config.COMMS_TWILIO_ACCOUNT_SID,
    authToken: config.COMMS_TWILIO_AUTH_TOKEN,
    baseUrl: config.COMMS_TWILIO_URL,
    from: config.COMMS_TWILIO_FROM,
    callbackUrl: config.COMMS_GATEWAY_PUBLIC_URL.replace(/\/$/, ""),
  });
  return {
    processor: createSmsSender(senderParts(platform, config, { adapter, limits })),
    close: () => adapter.close(),
  };
}
