import { addressSettings } from "#shared/platform/config/address-settings.ts";
import { kafkaSettings } from "#shared/platform/config/kafka-settings.ts";
import { postgresSettings } from "#shared/platform/config/postgres-settings.ts";
import { processSettings } from "#shared/platform/config/process-settings.ts";
import { redisSettings } from "#shared/platform/config/redis-settings.ts";
import { combineSettings } from "#shared/platform/config/setting.ts";

export const settings = combineSettings(
  processSettings,
  kafkaSettings,
  postgresSettings,
  redisSettings,
  addressSettings,
);
