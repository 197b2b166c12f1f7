import { kafkaSettings } from "#shared/platform/config/kafka-settings.ts";
import { processSettings } from "#shared/platform/config/process-settings.ts";
import { combineSettings } from "#shared/platform/config/setting.ts";

export const settings = combineSettings(processSettings, kafkaSettings);
