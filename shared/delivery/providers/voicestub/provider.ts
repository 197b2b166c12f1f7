import { type ConfigOf, setting, settingGroup } from "#shared/platform/config/setting.ts";
import { callsPerSecond } from "#shared/platform/config/setting-types.ts";
import { budgetLimits } from "../../budget.ts";
import type { Provider } from "../provider.ts";

/** A second's worth at once; a tenth of it waits for codes. */
export const voicestubBudgetShares = { burstSeconds: 1, reserveShare: 0.1 };

/** What the stub is configured by. */
export const voicestubSettings = settingGroup("Voicestub", {
  COMMS_VOICESTUB_RATE: setting(callsPerSecond(10), "Calls a second"),
});

/** A stub that takes every call and rings nobody. */
export const voicestubProvider: Provider<ConfigOf<typeof voicestubSettings>> = {
  name: "voicestub",
  channel: "VOICE",
  settings: voicestubSettings,
  open: async (config) => {
    const { createVoicestubAdapter } = await import("./adapter.ts");
    return {
      adapter: createVoicestubAdapter(),
      limits: budgetLimits(config.COMMS_VOICESTUB_RATE, voicestubBudgetShares),
    };
  },
};
