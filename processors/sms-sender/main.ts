import { openSender } from "#shared/delivery/assemble.ts";
import { readSettings } from "#shared/platform/config/environment.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { settings } from "./config.ts";

export async function assemble(platform: ProcessContext, config = readSettings(settings)): Promise<Runnable> {
  return openSender(platform, "SMS", config);
}
