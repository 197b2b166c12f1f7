import { type AlertLevel, alertLevels } from "#shared/domain/delivery/answer.ts";
import type { Telemetry } from "#shared/platform/telemetry/telemetry.ts";

/** A code that needs attention; an unknown one does. Channels and providers are written as in labels. */
export interface ProviderAlert {
  readonly channel: string;
  readonly provider: string;
  readonly code: string;
  readonly level: AlertLevel;
}

/**
 * Raises alerts about providers' answers and webhooks: a count by channel, provider and level, which alert rules watch, and a
 * line with the code. The line has no address and no text of the provider's. The counts of `providers` stand at 0 from the start.
 */
export function createProviderAlarm(
  { metrics, log }: Pick<Telemetry, "metrics" | "log">,
  providers: readonly Pick<ProviderAlert, "channel" | "provider">[],
): (alert: ProviderAlert) => void {
  for (const { channel, provider } of providers)
    metrics.expose("comms_provider_alerts_total", ...alertLevels.map((level) => ({ channel, provider, level })));
  return ({ channel, provider, code, level: severity }) => {
    metrics.count("comms_provider_alerts_total", { channel, provider, level: severity });
    log.warn({ channel, provider, code, severity }, "the provider's answer needs a look");
  };
}
