import { loadEventCatalog } from "#catalog/event-catalog.ts";
import { type Config, ConfigError } from "#shared/platform/config/environment.ts";
import type { HostedService } from "#shared/runtime/process/host.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import { unsubscribeKeysOf } from "#shared/runtime/process/rotation.ts";
import { version } from "#shared/runtime/process/version.ts";
import { type GatewayConfig, settings } from "./config.ts";
import { createGateway } from "./gateway.ts";
import { createServer } from "./http/server.ts";
import { createIdempotency } from "./public/events/idempotency.ts";
import { createPublisher } from "./publisher.ts";
import { gatewayRoutes } from "./routes.ts";
import { openWebhooks } from "./webhooks/routes.ts";

/** Builds the gateway from the clients of a process. */
export async function assemble(
  platform: ProcessContext,
  config: GatewayConfig = gatewayConfigIn(platform.config),
): Promise<HostedService> {
  const { clock, telemetry } = platform;
  const publicUrl = platform.config.COMMS_GATEWAY_PUBLIC_URL.replace(/\/$/, "");
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
    webhooks: { webhooks: await openWebhooks(config.webhooks, { clock, publicUrl }), publisher, clock },
    unsubscribe: { keys: unsubscribeKeysOf(platform.config), publisher, clock },
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

/** What the gateway reads, out of the configuration of the whole process. */
function gatewayConfigIn(config: Config): GatewayConfig {
  const values: Readonly<Record<string, unknown>> = config;
  const texts = settings.descriptions.map(({ name }) => [name, textOf(values[name])] as const);
  const result = settings.read(Object.fromEntries(texts));
  if (result.kind === "issues") throw new ConfigError(result.issues.join("\n"));
  return result.config;
}

/** A list is written with commas between. */
function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}
