import type { AttemptBatch, Channel } from "#shared/contracts/records.ts";
import { hasAddresses, isRepeatable } from "#shared/domain/channel/channels.ts";
import { channelName, type KnownChannel } from "#shared/domain/message/channel.ts";
import type { ProxyConfig } from "#shared/platform/config/proxy-settings.ts";
import { viewAgeMsMaxOf } from "#shared/platform/config/redis-settings.ts";
import type { AddressHasher } from "#shared/platform/crypto/address-hash.ts";
import { createOutbound } from "#shared/platform/http/outbound.ts";
import { envelope } from "#shared/runtime/outputs/envelope.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import { unsubscribeKeysOf } from "#shared/runtime/process/rotation.ts";
import { viewWatchOf } from "#shared/runtime/process/view-watch-of.ts";
import type { Runnable } from "#shared/runtime/processor.ts";
import { callDeadlineMs } from "#shared/state/ledger/ledger.ts";
import { createRedisLedger } from "#shared/state/ledger/redis-ledger.ts";
import { createSentArchive } from "#shared/state/ledger/sent-archive.ts";
import { type AccountConfig, accountsIn, type OriginConfig } from "./account-settings.ts";
import { type ProviderAccount, routeByTenant } from "./accounts.ts";
import { type AttemptLog, createAttemptLog, noAttemptLog } from "./attempt-log.ts";
import { createBreaker } from "./breaker.ts";
import type { SendMeter } from "./meter.ts";
import type { ProviderContext } from "./providers/provider.ts";
import { createProviderAlarm } from "./providers/provider-alarm.ts";
import { createReconciler } from "./reconciler.ts";
import { createSender, type SenderParts } from "./sender.ts";
import type { SenderConfig } from "./sender-settings.ts";

const levels = { closed: 0, half_open: 0.5, open: 1 } as const;

/** Opens the accounts of a channel, and puts the sender together that calls them. */
export async function openSender<Channel extends KnownChannel>(
  platform: ProcessContext,
  channel: Channel,
  config: SenderConfig<Channel>,
): Promise<Runnable> {
  const configured = accountsIn(config, channel);
  const meter = meterOf(
    platform,
    channelName(channel),
    configured.map(({ provider }) => provider.name),
  );
  const context = providerContextOf(platform, config);
  const accounts = await Promise.all(configured.map((account) => openAccount(account, { context, meter })));
  const viewAgeMsMax = viewAgeMsMaxOf(config);
  const policy = { ambiguousHoldMs: config.COMMS_AMBIGUOUS_HOLD_SECONDS * 1_000, viewAgeMsMax };
  const common = commonParts(platform, channel);
  const reconciler = createReconciler(common.ledger);
  const attempts = await attemptLogOf(platform, channel, common.owner);
  const processor = createSender({
    ...common,
    reconciler,
    attempts: attempts.log,
    channel,
    route: routeByTenant(accounts),
    meter,
    policy,
  });
  return {
    processor,
    jobs: [viewWatchOf(platform, viewAgeMsMax), reconciler.job, attempts.log.job],
    close: async () => {
      await Promise.all([
        attempts.close(),
        reconciler.close(platform.clock.now()),
        ...accounts.map(({ adapter }) => adapter.close()),
      ]);
    },
  };
}

/** Where calls are announced: nowhere, on a channel whose calls are harmless to repeat. */
async function attemptLogOf(
  platform: ProcessContext,
  channel: KnownChannel,
  sender: string,
): Promise<{ readonly log: AttemptLog; readonly close: () => Promise<void> }> {
  if (isRepeatable(channel)) return { log: noAttemptLog, close: async () => {} };
  const producer = await platform.log().producer();
  const codec = platform.codec();
  const topic = `${platform.prefix}comms.attempts`;
  const stage = `${channelName(channel)}-sender`;
  const write = (batch: AttemptBatch) => {
    const value = codec.encode("comms.attempts", batch);
    const about = { stage, topic: "comms.attempts", key: sender, value, now: batch.recorded_at, trace: {} };
    return producer.send([{ topic, key: sender, value, headers: envelope(about) }]);
  };
  const log = createAttemptLog({ write, sender, clock: platform.clock });
  return {
    log,
    close: async () => {
      await log.close();
      await producer.close();
    },
  };
}

async function openAccount(
  { id, tenant, provider, config }: AccountConfig,
  { context, meter }: { readonly context: ProviderContext; readonly meter: SendMeter },
): Promise<ProviderAccount> {
  const { adapter, limits } = await provider.open(config, context);
  const names = { id, provider: provider.name };
  meter.breakerState(names, "closed");
  return {
    ...names,
    ...(tenant !== undefined && { tenant }),
    adapter,
    breaker: createBreaker({ account: id, onState: (state) => meter.breakerState(names, state) }),
    budget: limits,
  };
}

/** What a provider takes from the process. */
function providerContextOf(platform: ProcessContext, config: Partial<OriginConfig> & ProxyConfig): ProviderContext {
  return {
    clock: platform.clock,
    callDeadlineMs,
    outbound: createOutbound(config),
    postgres: () => platform.postgres(),
    subjects: () => platform.subjects,
    gatewayUrl: () => declared(config, "COMMS_GATEWAY_PUBLIC_URL").replace(/\/$/, ""),
    unsubscribeKeys: () => {
      declared(config, "COMMS_UNSUBSCRIBE_SECRET");
      return unsubscribeKeysOf(config as OriginConfig);
    },
  };
}

/** A setting that only some senders declare. Throws a programming error if this one did not. */
function declared(
  config: Partial<OriginConfig>,
  name: "COMMS_GATEWAY_PUBLIC_URL" | "COMMS_UNSUBSCRIBE_SECRET",
): string {
  const value = config[name];
  if (value === undefined) throw new TypeError(`A provider asks for ${name} and does not name it in its needs`);
  return value;
}

/** Of a channel without addresses: nothing is hashed, and the sender has not been given a pepper. */
const noHasher: AddressHasher = { hash: refuseToHash, hashes: refuseToHash };

function refuseToHash(channel: Channel): never {
  throw new TypeError(`${channel} has no addresses to hash`);
}

/** What every sender takes from the process that hosts it. */
function commonParts(
  platform: ProcessContext,
  channel: KnownChannel,
): Omit<SenderParts, "channel" | "route" | "attempts"> {
  const codec = platform.codec();
  return {
    views: platform.views(),
    ledger: createRedisLedger(platform.redis(), platform.keys),
    archive: createSentArchive(platform.postgres(), platform.clock),
    artifacts: platform.artifacts(),
    hasher: hasAddresses(channel) ? platform.hasher : noHasher,
    clock: platform.clock,
    owner: `${platform.owner}/${channelName(channel)}`,
    encode: (topic, send) => codec.encode(topic, send),
  };
}

function meterOf({ telemetry }: ProcessContext, channel: string, providers: readonly string[]): SendMeter {
  const { metrics } = telemetry;
  metrics.expose("comms_ambiguous_sends_total", { channel });
  return {
    ambiguousSend: (of) => metrics.count("comms_ambiguous_sends_total", { channel: of }),
    providerRequest: ({ seconds, ...labels }) => metrics.observe("comms_provider_request_seconds", labels, seconds),
    breakerState: ({ id, provider }, state) =>
      metrics.set("comms_breaker_state", { provider, account: id }, levels[state]),
    tokenInvalid: (code) => metrics.count("comms_push_tokens_invalid_total", { code }),
    alert: createProviderAlarm(
      telemetry,
      providers.map((provider) => ({ channel, provider })),
    ),
  };
}
