import { senderParts } from "#shared/delivery/assemble.ts";
import type { Platform } from "#shared/lifecycle/platform.ts";
import type { Runnable } from "#shared/processor/processor.ts";
import { createInappAdapter } from "./adapters/postgres.ts";
import { createInappSender } from "./processor.ts";

/** Keeps one tenant's campaign from taking the whole of Postgres. */
const limits = { rate: 2_000, burst: 2_000, reserve: 200 };

export async function assemble(platform: Platform): Promise<Runnable> {
  const adapter = createInappAdapter(platform.postgres());
  return { processor: createInappSender(senderParts(platform, adapter, limits)), close: () => adapter.close() };
}
