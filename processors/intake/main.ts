import { loadEventCatalog } from "#catalog/event-catalog.ts";
import { watchForeignVersions } from "#shared/runtime/process/foreign-versions.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { createIntake } from "./processor.ts";

export async function assemble(platform: ProcessContext): Promise<Runnable> {
  const processor = createIntake({ catalog: loadEventCatalog() });
  return { processor, jobs: [watchForeignVersions(platform, processor.inputs)] };
}
