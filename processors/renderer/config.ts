import { artifactSettings } from "#shared/platform/config/artifact-settings.ts";
import { kafkaSettings } from "#shared/platform/config/kafka-settings.ts";
import { postgresSettings } from "#shared/platform/config/postgres-settings.ts";
import { processSettings } from "#shared/platform/config/process-settings.ts";
import { combineSettings } from "#shared/platform/config/setting.ts";

export const settings = combineSettings(processSettings, kafkaSettings, postgresSettings, artifactSettings);
