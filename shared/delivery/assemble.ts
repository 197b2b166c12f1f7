import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import { createRedisLedger } from "#shared/state/ledger/redis-ledger.ts";
import { createSentArchive } from "#shared/state/ledger/sent-archive.ts";
import type { ChannelAdapter } from "./adapter.ts";
import { createBreaker } from "./breaker.ts";
import type { BudgetLimits } from "./budget.ts";
import type { SendMeter } from "./meter.ts";
import { createRedisBudget } from "./redis-budget.ts";
import type { SenderParts } from "./sender.ts";
import type { SenderConfig } from "./sender-settings.ts";

const levels = { closed: 0, half_open: 0.5, open: 1 } as const;

/** An account to send by: its adapter, and how many calls it lets through. */
export interface SenderAccount {
  readonly adapter: ChannelAdapter;
  readonly limits: BudgetLimits;
}

/** What every sender takes from the process that hosts it. */
export function senderParts(
  platform: ProcessContext,
  config: SenderConfig,
  { adapter, limits }: SenderAccount,
): Omit<SenderParts, "channel"> {
  const { keys, hasher, clock, owner } = platform;
  const redis = platform.redis();
  const codec = platform.codec();
  const meter = meterOf(platform);
  meter.breakerState(adapter.provider, "closed");
  return {
    adapter,
    views: platform.views(),
    ledger: createRedisLedger(redis, keys),
    archive: createSentArchive(platform.postgres()),
    artifacts: platform.artifacts(),
    hasher,
    breaker: createBreaker({
      provider: adapter.provider,
      onState: (state) => meter.breakerState(adapter.provider, state),
    }),
    budget: createRedisBudget(redis, keys, limits),
    clock,
    owner,
    encode: (topic, send) => codec.encode(topic, send),
    meter,
    policy: { ambiguousHoldMs: config.COMMS_AMBIGUOUS_HOLD_SECONDS * 1_000 },
  };
}

function meterOf({ telemetry }: ProcessContext): SendMeter {
  const { metrics, log } = telemetry;
  return {
    ambiguousSend: (channel) => metrics.count("comms_ambiguous_sends_total", { channel }),
    providerRequest: ({ channel, provider, outcome, seconds }) =>
      metrics.observe("comms_provider_request_seconds", { channel, provider, outcome }, seconds),
    breakerState: (provider, state) => metrics.set("comms_breaker_state", { provider }, levels[state]),
    tokenInvalid: (code) => metrics.count("comms_push_tokens_invalid_total", { code }),
    alert: ({ channel, provider, code, level }) =>
      log.warn({ channel, provider, code, level }, "the provider's answer needs a look"),
  };
}
