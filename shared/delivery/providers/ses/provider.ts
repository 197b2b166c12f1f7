import { budgetLimits } from "#shared/domain/delivery/rate-budget.ts";
import type { Provider } from "../provider.ts";
import { type SesConfig, sesBudgetShares, sesSettings } from "./config.ts";
import { sesWebhook } from "./webhook.ts";

/** Amazon SES v2. */
export const sesProvider: Provider<SesConfig> = {
  name: "ses",
  channel: "EMAIL",
  settings: sesSettings,
  needs: ["gatewayUrl", "unsubscribeKeys"],
  // Without a key the SDK would find our own credentials.
  requiredOfTenants: ["COMMS_SES_ACCESS_KEY_ID", "COMMS_SES_SECRET_ACCESS_KEY"],
  open: async (config, context) => {
    const { openSes } = await import("./open.ts");
    return { adapter: openSes(config, context), limits: budgetLimits(config.COMMS_SES_RATE, sesBudgetShares) };
  },
  webhook: sesWebhook,
  check: async (config, signal, outbound) => (await import("./open.ts")).checkSes(config, signal, outbound),
};
