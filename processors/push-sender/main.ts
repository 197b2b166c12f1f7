import { generateKeyPairSync } from "node:crypto";
import { senderParts } from "#shared/delivery/assemble.ts";
import { budgetLimits } from "#shared/delivery/budget.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { createFcmAdapter } from "./adapters/fcm.ts";
import { createPushSender } from "./processor.ts";

/** Half a second's worth at once: FCM wants a rate that rises slowly. */
export const fcmBudgetShares = { burstSeconds: 0.5, reserveShare: 0.1 };

const googleTokenUrl = "https://oauth2.googleapis.com/token";

export async function assemble(platform: ProcessContext): Promise<Runnable> {
  const { config } = platform;
  const limits = budgetLimits(config.COMMS_FCM_RATE, fcmBudgetShares);
  const { COMMS_FCM_TOKEN_URL: tokenUrl, COMMS_FCM_PRIVATE_KEY: key } = config;
  const adapter = createFcmAdapter({
    account: {
      projectId: config.COMMS_FCM_PROJECT,
      clientEmail: config.COMMS_FCM_CLIENT_EMAIL,
      privateKey: key === "local" ? passingKey() : key,
    },
    baseUrl: config.COMMS_FCM_URL,
    ...(tokenUrl === googleTokenUrl ? {} : { tokenUrl }),
  });
  return { processor: createPushSender(senderParts(platform, adapter, limits)), close: () => adapter.close() };
}

/** A key for the simulator, which checks that a grant is signed and not by whom. */
function passingKey(): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
