import { createProviderAlarm } from "#shared/delivery/providers/provider-alarm.ts";
import { webhookNormalisers } from "#shared/delivery/providers/webhook-normalisers.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { createMessageFinder } from "./adapters/message-finder.ts";
import { createCodeLabels } from "./core/code-labels.ts";
import { createFeedback } from "./processor.ts";

export async function assemble(platform: ProcessContext): Promise<Runnable> {
  const { metrics } = platform.telemetry;
  const codec = platform.codec();
  const labelOf = createCodeLabels();
  const processor = createFeedback({
    messages: createMessageFinder(platform.postgres()),
    hasher: platform.hasher,
    normalisers: webhookNormalisers,
    encode: (topic, send) => codec.encode(topic, send),
    onAlert: createProviderAlarm(platform.telemetry),
    onUnknown: (provider, code) =>
      metrics.count("comms_provider_codes_unknown_total", { provider, code: labelOf(provider, code) }),
  });
  return { processor };
}
