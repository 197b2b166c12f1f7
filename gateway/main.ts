import { loadEventCatalog } from "#catalog/event-catalog.ts";
import type { Hosted } from "#shared/lifecycle/host.ts";
import type { Platform } from "#shared/lifecycle/platform.ts";
import { twilioTokens, unsubscribeKeysOf } from "#shared/lifecycle/rotation.ts";
import { version } from "#shared/lifecycle/version.ts";
import { createIdempotency } from "./events/idempotency.ts";
import { createGateway } from "./gateway.ts";
import { createPublisher } from "./publisher.ts";
import { createServer } from "./server.ts";
import { createCertificates } from "./sns/certificates.ts";
import { createConfirmSubscription } from "./sns/confirm.ts";
import { createSeen } from "./sns/seen.ts";

export async function assemble(platform: Platform): Promise<Hosted> {
  const { config, clock, telemetry } = platform;
  const publicUrl = config.COMMS_GATEWAY_PUBLIC_URL.replace(/\/$/, "");
  const origin = config.COMMS_SNS_CERTIFICATE_ORIGIN;
  const idempotency = createIdempotency(platform.postgres());
  const publisher = await createPublisher({
    log: platform.log(),
    codec: platform.codec(),
    clock,
    prefix: platform.prefix,
  });
  const app = createServer({
    events: { catalog: loadEventCatalog(), publisher, idempotency, clock },
    sns: {
      certificates: createCertificates({ clock, origin }),
      topicArns: new Set(config.COMMS_SNS_TOPIC_ARNS),
      confirm: createConfirmSubscription({ origin }),
      seen: createSeen(),
      publisher,
      clock,
    },
    twilio: { authTokens: twilioTokens(config), publicUrl, publisher, clock },
    unsubscribe: { keys: unsubscribeKeysOf(config), publisher, clock },
    telemetry,
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
