import { z } from "zod";
import { portType } from "./port-type.ts";
import { combineSettings, setting, settingGroup } from "./setting.ts";
import { telemetrySettings } from "./telemetry-settings.ts";

/** What every process of `comms run` reads. */
export const processSettings = combineSettings(
  settingGroup("Process", {
    COMMS_HTTP_HOST: setting(z.string().default("127.0.0.1"), "The interface that health and metrics listen on."),
    COMMS_HTTP_PORT: setting(portType().default(0), "The port of health and metrics; 0 takes a free one."),
    COMMS_SHUTDOWN_SECONDS: setting(
      z.coerce.number().positive().max(600).default(20),
      "How long a stop may take to finish what is in hand.",
    ),
  }),
  telemetrySettings,
);
