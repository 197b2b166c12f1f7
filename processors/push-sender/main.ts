import { senderParts } from "#shared/delivery/assemble.ts";
import { budgetLimits } from "#shared/delivery/budget.ts";
import type { ConfigOf } from "#shared/platform/config/setting.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { createFcmAdapter } from "./adapters/fcm.ts";
import type { settings } from "./config.ts";
import { createPushSender } from "./processor.ts";

/** Half a second's worth at once: FCM wants a rate that rises slowly. */
export const fcmBudgetShares = { burstSeconds: 0.5, reserveShare: 0.1 };

const googleTokenUrl = "https://oauth2.googleapis.com/token";

export async function assemble(platform: ProcessContext, config: ConfigOf<typeof settings>): Promise<Runnable> {
  const limits = budgetLimits(config.COMMS_FCM_RATE, fcmBudgetShares);
  const { COMMS_FCM_TOKEN_URL: tokenUrl } = config;
  const adapter = createFcmAdapter({
    account: {
      projectId: config.COMMS_FCM_PROJECT,
      clientEmail: config.COMMS_FCM_CLIENT_EMAIL,
      privateKey: config.COMMS_FCM_PRIVATE_KEY,
    },
    baseUrl: config.COMMS_FCM_URL,
    ...(tokenUrl === googleTokenUrl ? {} : { tokenUrl }),
  });
  return {
    processor: createPushSender(senderParts(platform, config, { adapter, limits })),
    close: () => adapter.close(),
  };
}
