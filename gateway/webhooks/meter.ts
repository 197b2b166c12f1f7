import { webhookRefusalCodes } from "#shared/delivery/providers/provider.ts";
import type { Telemetry } from "#shared/platform/telemetry/telemetry.ts";

/** What the routes of webhooks count. */
export interface WebhookMeter {
  /** A request was refused with this code. */
  refused(provider: string, code: string): void;
  /** The provider says that it sends no more reports to this address. */
  subscriptionEnded(provider: string): void;
}

/** The meter of a process. The end of a subscription is a line at `error`: without reports nothing else would tell. */
export function createWebhookMeter(
  { metrics, log }: Pick<Telemetry, "metrics" | "log">,
  providers: readonly string[],
): WebhookMeter {
  for (const provider of providers) {
    metrics.expose("comms_webhook_subscription_ended_total", { provider });
    metrics.expose("comms_webhooks_refused_total", ...webhookRefusalCodes.map((code) => ({ provider, code })));
  }
  return {
    refused: (provider, code) => metrics.count("comms_webhooks_refused_total", { provider, code }),
    subscriptionEnded: (provider) => {
      metrics.count("comms_webhook_subscription_ended_total", { provider });
      log.error({ provider }, "a subscription to the provider's reports has ended, and reports will not come");
    },
  };
}
