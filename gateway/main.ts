import { describeEvents } from "#catalog/describe-events.ts";
import { loadEventCatalog } from "#catalog/event-catalog.ts";
import type { ConfigOf } from "#shared/platform/config/setting.ts";
import { createOutbound } from "#shared/platform/http/outbound.ts";
import type { HostedService } from "#shared/runtime/process/host.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import { apiKeyPeppersOf, unsubscribeKeysOf } from "#shared/runtime/process/rotation.ts";
import { version } from "#shared/runtime/process/version.ts";
import { openKeys } from "./access/open-keys.ts";
import type { settings } from "./config.ts";
import { createGateway } from "./gateway.ts";
import { addressList } from "./http/client.ts";
import type { ServerLimits } from "./http/limits.ts";
import { createServer } from "./http/server.ts";
import { createCancellationPlaces } from "./public/cancellations/places.ts";
import { createIdempotency } from "./public/events/idempotency.ts";
import { createIntakeWatch } from "./public/events/intake-watch.ts";
import { createEventMessagesReader } from "./public/messages/event-messages.ts";
import type { UnsubscribeParts } from "./public/unsubscribe/routes.ts";
import { createPublisher } from "./publisher.ts";
import { gatewayRoutes } from "./routes.ts";
import { createWebhookMeter } from "./webhooks/meter.ts";
import { openWebhooks, webhookLingerMs } from "./webhooks/routes.ts";

function limitsOf(config: ConfigOf<typeof settings>): ServerLimits {
  return {
    connectionsMax: config.COMMS_GATEWAY_CONNECTIONS_MAX,
    bodiesMax: config.COMMS_GATEWAY_BODIES_MAX,
    bodyBytesHeldMax: config.COMMS_GATEWAY_BODIES_MIB * 1024 * 1024,
    clientRate: config.COMMS_GATEWAY_CLIENT_RATE,
    keyRate: config.COMMS_GATEWAY_KEY_RATE,
  };
}

/** Builds the gateway from the clients of a process. */
export async function assemble(platform: ProcessContext, config: ConfigOf<typeof settings>): Promise<HostedService> {
  const { clock, telemetry } = platform;
  const publicUrl = config.COMMS_GATEWAY_PUBLIC_URL.replace(/\/$/, "");
  const idempotency = createIdempotency(platform.postgres());
  const publishing = { log: platform.log(), codec: platform.codec(), clock, prefix: platform.prefix };
  const publisher = await createPublisher(publishing);
  // Apart from what people wait for: a provider does not.
  const reports = await createPublisher({ ...publishing, lingerMs: webhookLingerMs });
  const watch = createIntakeWatch({
    log: platform.log(),
    clock,
    metrics: telemetry.metrics,
    prefix: platform.prefix,
  });
  const limits = limitsOf(config);
  const app = createServer({
    telemetry,
    clock,
    isSecure: publicUrl.startsWith("https:"),
    limits,
    isProxy: addressList(config.COMMS_GATEWAY_TRUSTED_PROXIES),
  });
  const keys = openKeys(platform, {
    stage: "gateway",
    peppers: apiKeyPeppersOf(config),
    keyRate: config.COMMS_GATEWAY_KEY_RATE,
  });
  gatewayRoutes(app, {
    access: keys.access,
    events: { catalog: loadEventCatalog(), publisher, idempotency, clock, watch },
    cancellations: {
      publisher,
      idempotency,
      places: createCancellationPlaces(limits),
      clock,
      wait: (ms) => clock.sleep(ms),
    },
    messages: { read: createEventMessagesReader(platform.postgres()) },
    catalog: { events: describeEvents() },
    webhooks: {
      webhooks: await openWebhooks(config.webhooks, { clock, publicUrl, outbound: createOutbound(config) }),
      publisher: reports,
      clock,
      meter: createWebhookMeter(
        telemetry,
        config.webhooks.map(({ provider }) => provider),
      ),
    },
    unsubscribe: { keys: unsubscribeKeysOf(config), publisher, clock, ...optOutParts(platform) },
    publicUrl,
    version,
  });
  return createGateway({
    app,
    publishers: [publisher, reports],
    clock,
    sweep: (now) => idempotency.sweep(now),
    watch: async (signal) => void (await Promise.all([watch.run(signal), keys.run(signal)])),
    name: "gateway",
    host: config.COMMS_GATEWAY_HOST,
    port: config.COMMS_GATEWAY_PORT,
    portSetting: "COMMS_GATEWAY_PORT",
  });
}

/** What an opt-out waits for, and where a late one is counted. */
function optOutParts(platform: ProcessContext): Pick<UnsubscribeParts, "view" | "onLate"> {
  const views = platform.views();
  const { metrics } = platform.telemetry;
  const door = "one_click";
  metrics.expose("comms_optout_late_total", { door });
  return {
    view: {
      holds: async ({ tenant_id: tenantId, channel, address_hash: addressHash, suppression_id }) => {
        const { value } = await views.suppressions([{ tenantId, channel, addressHash }]);
        return value.flat().some((entry) => entry.suppression_id === suppression_id);
      },
    },
    onLate: () => metrics.count("comms_optout_late_total", { door }),
  };
}
