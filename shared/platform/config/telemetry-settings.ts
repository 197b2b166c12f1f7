import { z } from "zod";
import { type ConfigOf, setting, settingGroup } from "./setting.ts";

/** How a process reports on itself. */
export const telemetrySettings = settingGroup("Logs and traces", {
  COMMS_LOG_LEVEL: setting(
    z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
    "The least level that is logged: `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`.",
  ),
  COMMS_LOG_FILE: setting(z.string().optional(), "The file that lines are appended to. Left out: stdout."),
  COMMS_OTLP_URL: setting(
    z.url().optional(),
    "Where traces are sent, by OTLP over HTTP. Left out: no traces are sent, and trace ids are passed on all the same.",
  ),
  COMMS_OTLP_SAMPLE_RATIO: setting(
    z.coerce.number().min(0).max(1).default(1),
    "Which part of the traces that begin here is sent, from 0 to 1. A trace that a producer began is sent where its `traceparent` says so.",
  ),
});

/** Log level, log file and where traces go. */
export type TelemetryConfig = ConfigOf<typeof telemetrySettings>;
