import { loadEventCatalog } from "#catalog/event-catalog.ts";
import type { ConfigOf } from "#shared/platform/config/setting.ts";
import type { HostedService } from "#shared/runtime/process/host.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import { unsubscribeKeysOf } from "#shared/runtime/process/rotation.ts";
import { version } from "#shared/runtime/process/version.ts";
import type { settings } from "./config.ts";
import { createGateway } from "./gateway.ts";
import { createServer } from "./http/server.ts";
import { createIdempotency } from "./public/events/idempotency.ts";
import { createPublisher } from "./publisher.ts";
import { gatewayRoutes } from "./routes.ts";
import { createWebhookMeter } from "./webhooks/meter.ts";
import { openWebhooks } from "./webhooks/routes.ts";

/** Builds the gateway from the clients of a process. */
export async function assemble(platform: ProcessContext, config: ConfigOf<typeof settings>): Promise<HostedService> {
  const { clock, telemetry } = platform;
  const publicUrl = config.COMMS_GATEWAY_PUBLIC_URL.replace(/\/$/, "");
  const idempotency = createIdempotency(platform.postgres());
  const publisher = await createPublisher({
    log: platform.log(),
    codec: platform.codec(),
    clock,
    prefix: platform.prefix,
  });
  const app = createServer({ telemetry, isSecure: publicUrl.startsWith("https:") });
  gatewayRoutes(app, {
    events: { catalog: loadEventCatalog(), publisher, idempotency, clock },
    webhooks: {
      webhooks: await openWebhooks(config.webhooks, { clock, publicUrl }),
      publisher,
      clock,
      meter: createWebhookMeter(telemetry),
    },
    unsubscribe: { keys: unsubscribeKeysOf(config), publisher, clock },
    publicUrl,
    version,
  });
  return createGateway({
    app,
    publisher,
    clock,
    sweep: (now) => idempotency.sweep(now),
    host: config.COMMS_GATEWAY_HOST,
    port: config.COMMS_GATEWAY_PORT,
  });
}
