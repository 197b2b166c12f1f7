import type { ConfigOf } from "#shared/platform/config/setting.ts";
import type { HostedService } from "#shared/runtime/process/host.ts";
import type { ProcessContext } from "#shared/runtime/process/process-context.ts";
import { apiKeyPeppersOf } from "#shared/runtime/process/rotation.ts";
import { version } from "#shared/runtime/process/version.ts";
import { openKeys } from "../access/open-keys.ts";
import { createGateway } from "../gateway.ts";
import { createServer } from "../http/server.ts";
import { createIdempotency } from "../public/events/idempotency.ts";
import type { settings } from "./config.ts";
import { createChangeRelay } from "./relay.ts";
import { adminRoutes } from "./routes.ts";

/** Requests a second of one key: people and the console, no producer. */
const keyRate = 100;

/**
 * Builds the admin API from the clients of a process: a server of its own, on a port that producers do not reach, and beside it what
 * carries changes to the log.
 */
export async function assemble(platform: ProcessContext, config: ConfigOf<typeof settings>): Promise<HostedService> {
  const { clock, telemetry, prefix } = platform;
  const pool = platform.postgres();
  const peppers = apiKeyPeppersOf(config);
  const keys = openKeys(platform, { stage: "admin", peppers, keyRate });
  const idempotency = createIdempotency(pool);
  const relay = await createChangeRelay(platform);
  const app = createServer({ stage: "admin", telemetry, clock, isSecure: false });
  adminRoutes(app, {
    access: keys.access,
    pool,
    keys: { pool, peppers },
    clients: { pool, codec: platform.codec(), clock },
    queues: { log: platform.log(), pool, prefix },
    hasher: platform.hasher,
    idempotency,
    version,
  });
  const service = createGateway({
    name: "admin",
    app,
    publishers: [relay],
    clock,
    sweep: (now) => idempotency.sweep(now),
    watch: async (signal) => void (await Promise.all([keys.run(signal), relay.run(signal)])),
    host: config.COMMS_ADMIN_HOST,
    port: config.COMMS_ADMIN_PORT,
    portSetting: "COMMS_ADMIN_PORT",
  });
  return {
    ...service,
    start: async () => {
      await service.start();
      telemetry.log.info({ stage: "admin", url: service.url() }, "The admin API listens");
    },
  };
}
