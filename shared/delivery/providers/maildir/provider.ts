import { budgetLimits } from "../../budget.ts";
import type { Provider } from "../provider.ts";
import { type MaildirConfig, maildirBudgetShares, maildirSettings } from "./config.ts";

/** A folder that mails are written to. */
export const maildirProvider: Provider<MaildirConfig> = {
  name: "maildir",
  channel: "EMAIL",
  settings: maildirSettings,
  open: async (config, context) => {
    const { openMaildir } = await import("./adapter.ts");
    return {
      adapter: openMaildir(config, context),
      limits: budgetLimits(config.COMMS_MAILDIR_RATE, maildirBudgetShares),
    };
  },
  check: async (config) => (await import("./adapter.ts")).checkMaildir(config.COMMS_MAILDIR_FOLDER),
};
