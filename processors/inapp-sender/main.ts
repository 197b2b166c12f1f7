import { senderParts } from "#shared/delivery/assemble.ts";
import { budgetLimits } from "#shared/delivery/budget.ts";
import type { ConfigOf } from "#shared/platform/config/setting.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { createInappAdapter } from "./adapters/postgres.ts";
import type { settings } from "./config.ts";
import { createInappSender } from "./processor.ts";

export const inappBudgetShares = { burstSeconds: 1, reserveShare: 0.1 };

export async function assemble(platform: ProcessContext, config: ConfigOf<typeof settings>): Promise<Runnable> {
  const limits = budgetLimits(config.COMMS_INAPP_RATE, inappBudgetShares);
  const adapter = createInappAdapter(platform.postgres());
  return {
    processor: createInappSender(senderParts(platform, config, { adapter, limits })),
    close: () => adapter.close(),
  };
}
