import { createProviderAlarm } from "#shared/delivery/providers/provider-alarm.ts";
import { allProviders } from "#shared/delivery/providers/registry.ts";
import { webhookNormalisers } from "#shared/delivery/providers/webhook-normalisers.ts";
import { channelName } from "#shared/domain/message/channel.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { createRedisLedger } from "#shared/state/ledger/redis-ledger.ts";
import { createUntoldResults } from "#shared/state/ledger/untold-results.ts";
import { createMessageFinder } from "./adapters/message-finder.ts";
import { createCodeLabels } from "./core/code-labels.ts";
import { createFeedback } from "./processor.ts";

export async function assemble(platform: ProcessContext): Promise<Runnable> {
  const { metrics } = platform.telemetry;
  const codec = platform.codec();
  const labelOf = createCodeLabels();
  const reporting = allProviders.filter(({ webhook }) => webhook !== undefined);
  const results = createUntoldResults(createRedisLedger(platform.redis(), platform.keys));
  const processor = createFeedback({
    messages: createMessageFinder(platform.postgres()),
    results,
    hasher: platform.hasher,
    subjects: platform.subjects,
    normalisers: webhookNormalisers,
    encode: (topic, send) => codec.encode(topic, send),
    onAlert: createProviderAlarm(
      platform.telemetry,
      reporting.map(({ name, channel }) => ({ channel: channelName(channel), provider: name })),
    ),
    onUnknown: (provider, code) =>
      metrics.count("comms_provider_codes_unknown_total", { provider, code: labelOf(provider, code) }),
  });
  return { processor, jobs: [results.job] };
}
