import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { createRenderer } from "./processor.ts";

export async function assemble(platform: ProcessContext): Promise<Runnable> {
  const templates = platform.templates();
  const processor = createRenderer({ templates, artifacts: platform.artifacts() });
  return { processor, ready: () => templates.ready() };
}
