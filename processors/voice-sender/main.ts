import { openSender } from "#shared/delivery/assemble.ts";
import type { ConfigOf } from "#shared/platform/config/setting.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import type { settings } from "./config.ts";

export async function assemble(platform: ProcessContext, config: ConfigOf<typeof settings>): Promise<Runnable> {
  return openSender(platform, "VOICE", config);
}
