import { budgetLimits } from "#shared/domain/delivery/rate-budget.ts";
import type { Provider } from "../provider.ts";
import { type SmtpConfig, smtpBudgetShares, smtpSettings } from "./config.ts";

/** A mail server or relay, over SMTP. */
export const smtpProvider: Provider<SmtpConfig> = {
  name: "smtp",
  channel: "EMAIL",
  settings: smtpSettings,
  needs: ["gatewayUrl", "unsubscribeKeys"],
  open: async (config, context) => {
    const { openSmtp } = await import("./open.ts");
    return { adapter: openSmtp(config, context), limits: budgetLimits(config.COMMS_SMTP_RATE, smtpBudgetShares) };
  },
  check: async (config, signal) => (await import("./open.ts")).checkSmtp(config, signal),
};
