import { budgetLimits } from "#shared/domain/delivery/rate-budget.ts";
import type { Provider } from "../provider.ts";
import { type FcmConfig, fcmBudgetShares, fcmSettings } from "./config.ts";

/** Firebase Cloud Messaging, HTTP v1, and APNs through it. */
export const fcmProvider: Provider<FcmConfig> = {
  name: "fcm",
  channel: "PUSH",
  settings: fcmSettings,
  open: async (config, context) => {
    const { openFcm } = await import("./open.ts");
    return { adapter: openFcm(config, context), limits: budgetLimits(config.COMMS_FCM_RATE, fcmBudgetShares) };
  },
  check: async (config, signal, outbound) => (await import("./open.ts")).checkFcm(config, signal, outbound),
};
