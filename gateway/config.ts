import { z } from "zod";
import { allProviders } from "#shared/delivery/providers/registry.ts";
import { gatewayUrlSettings } from "#shared/platform/config/gateway-url-settings.ts";
import { kafkaSettings } from "#shared/platform/config/kafka-settings.ts";
import { portType } from "#shared/platform/config/port-type.ts";
import { postgresSettings } from "#shared/platform/config/postgres-settings.ts";
import { processSettings } from "#shared/platform/config/process-settings.ts";
import { redisSettings } from "#shared/platform/config/redis-settings.ts";
import { combineSettings, setting, settingGroup } from "#shared/platform/config/setting.ts";
import { unsubscribeSettings } from "#shared/platform/config/unsubscribe-settings.ts";
import { webhookSettingsOf } from "./webhooks/webhook-settings.ts";

export const settings = combineSettings(
  processSettings,
  kafkaSettings,
  postgresSettings,
  redisSettings,
  unsubscribeSettings,
  gatewayUrlSettings,
  webhookSettingsOf(allProviders),
  settingGroup("Gateway", {
    COMMS_GATEWAY_HOST: setting(z.string().default("127.0.0.1"), "The interface that the gateway listens on."),
    COMMS_GATEWAY_PORT: setting(portType().default(0), "The port that the gateway listens on; 0 takes a free one."),
  }),
);
