import { z } from "zod";
import { allProviders } from "#shared/delivery/providers/registry.ts";
import { type ConfigOf, combineSettings, setting, settings as settingsOf } from "#shared/platform/config/setting.ts";
import { webhookSettingsOf } from "./webhooks/webhook-settings.ts";

const listenSettings = settingsOf({
  COMMS_GATEWAY_HOST: setting(z.string().default("127.0.0.1"), "The address that the gateway listens on."),
  COMMS_GATEWAY_PORT: setting(
    z.coerce.number().int().min(0).max(65_535).default(0),
    "The port that the gateway listens on; 0 takes a free one.",
  ),
});

/** What the gateway reads. */
export const settings = combineSettings(listenSettings, webhookSettingsOf(allProviders));

export type GatewayConfig = ConfigOf<typeof settings>;
