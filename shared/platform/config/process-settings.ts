import { z } from "zod";
import { zoneDataVersion } from "#shared/domain/time/zone-data.ts";
import { portType } from "./port-type.ts";
import { combineSettings, type SettingValues, setting, settingGroup } from "./setting.ts";
import { telemetrySettings } from "./telemetry-settings.ts";

/** Releases sort as text. */
function zoneDataIssues({ COMMS_TZDATA_MINIMUM: minimum = "" }: SettingValues): readonly string[] {
  if (minimum <= zoneDataVersion) return [];
  return [
    `COMMS_TZDATA_MINIMUM: is newer than the zone data of this version, ${zoneDataVersion}; update moment-timezone`,
  ];
}

/** What every process of `comms run` reads. */
export const processSettings = combineSettings(
  settingGroup(
    "Process",
    {
      COMMS_HTTP_HOST: setting(z.string().default("127.0.0.1"), "The interface that health and metrics listen on."),
      COMMS_HTTP_PORT: setting(portType().default(0), "The port of health and metrics; 0 takes a free one."),
      COMMS_SHUTDOWN_SECONDS: setting(
        z.coerce.number().positive().max(600).default(20),
        "How long a stop may take to finish what is in hand.",
      ),
      COMMS_TZDATA_MINIMUM: setting(
        z
          .string()
          .regex(/^\d{4}[a-z]$/, "is no release of the IANA zone data: 2026f")
          .optional(),
        "The oldest IANA release that quiet hours may be computed by: a process whose own data are older does not start.",
      ),
    },
    zoneDataIssues,
  ),
  telemetrySettings,
);
