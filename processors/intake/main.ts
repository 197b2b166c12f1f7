import { loadEventCatalog } from "#catalog/event-catalog.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { createIntake } from "./processor.ts";

export async function assemble(): Promise<Runnable> {
  return { processor: createIntake({ catalog: loadEventCatalog() }) };
}
