import { z } from "zod";
import { kafkaSettings } from "#shared/platform/config/kafka-settings.ts";
import { postgresSettings } from "#shared/platform/config/postgres-settings.ts";
import { processSettings } from "#shared/platform/config/process-settings.ts";
import { combineSettings, setting, settingGroup } from "#shared/platform/config/setting.ts";

export const settings = combineSettings(
  processSettings,
  kafkaSettings,
  postgresSettings,
  settingGroup("Digests", {
    COMMS_DIGEST_WINDOW_SECONDS: setting(
      z.coerce.number().positive().optional(),
      "For trying out: closes every digest window this many seconds after it opened, and not at its cadence's hour.",
    ),
  }),
);
