import { z } from "zod";
import { addressSettings } from "#shared/platform/config/address-settings.ts";
import { apiKeySettings } from "#shared/platform/config/api-key-settings.ts";
import { kafkaSettings } from "#shared/platform/config/kafka-settings.ts";
import { portType } from "#shared/platform/config/port-type.ts";
import { postgresSettings } from "#shared/platform/config/postgres-settings.ts";
import { processSettings } from "#shared/platform/config/process-settings.ts";
import { redisSettings } from "#shared/platform/config/redis-settings.ts";
import { combineSettings, setting, settingGroup } from "#shared/platform/config/setting.ts";

export const settings = combineSettings(
  processSettings,
  kafkaSettings,
  postgresSettings,
  redisSettings,
  addressSettings,
  apiKeySettings,
  settingGroup("Admin API", {
    COMMS_ADMIN_HOST: setting(z.string().default("127.0.0.1"), "The interface that the admin API listens on."),
    COMMS_ADMIN_PORT: setting(portType().default(0), "The port that the admin API listens on; 0 takes a free one."),
  }),
);
