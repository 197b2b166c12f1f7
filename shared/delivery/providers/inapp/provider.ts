import { budgetLimits } from "#shared/domain/delivery/rate-budget.ts";
import { type ConfigOf, setting, settingGroup } from "#shared/platform/config/setting.ts";
import { callsPerSecond } from "#shared/platform/config/setting-types.ts";
import type { Provider } from "../provider.ts";

/** A second's worth at once; a tenth of it is kept for what is critical. */
export const inappBudgetShares = { burstSeconds: 1, reserveShare: 0.1 };

/** What the notification centre is configured by. Its table is in the database of the process. */
export const inappSettings = settingGroup("In-app", {
  COMMS_INAPP_RATE: setting(
    callsPerSecond(2_000),
    "Notes a second, which keeps one tenant's campaign from taking the whole of Postgres.",
  ),
});

/** The notification centre of our own. */
export const inappProvider: Provider<ConfigOf<typeof inappSettings>> = {
  name: "inapp",
  channel: "INAPP",
  settings: inappSettings,
  open: async (config, context) => {
    const { createInappAdapter } = await import("./adapter.ts");
    const adapter = createInappAdapter(context.postgres());
    return { adapter, limits: budgetLimits(config.COMMS_INAPP_RATE, inappBudgetShares) };
  },
};
