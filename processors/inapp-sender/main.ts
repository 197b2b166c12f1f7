import { senderParts } from "#shared/delivery/assemble.ts";
import { budgetLimits } from "#shared/delivery/budget.ts";
import type { Platform } from "#shared/runtime/platform.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { createInappAdapter } from "./adapters/postgres.ts";
import { createInappSender } from "./processor.ts";

export const shares = { burstSeconds: 1, reserveShare: 0.1 };

export async function assemble(platform: Platform): Promise<Runnable> {
  const limits = budgetLimits(platform.config.COMMS_INAPP_RATE, shares);
  const adapter = createInappAdapter(platform.postgres());
  return { processor: createInappSender(senderParts(platform, adapter, limits)), close: () => adapter.close() };
}
