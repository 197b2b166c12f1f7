import { mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { type Logger, type LoggerOptions, pino } from "pino";
import { zoneDataVersion } from "#shared/domain/time/zone-data.ts";
import { AppError, codeOf } from "../errors/app-error.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { redactedError } from "./redacted-error.ts";

/** The metrics and the log of a process. */
export interface Telemetry {
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** How much is logged, and where. */
export interface TelemetryOptions {
  readonly level: string;
  /** A file, or undefined for stdout. */
  readonly file?: string | undefined;
  readonly version: string;
}

/** The names that pino writes itself: a field of such a name would stand twice in a line, and a reader of JSON takes the last. */
const reservedFields = ["level", "time", "msg"];

/** The fields of a line, those of a reserved name under `field_<name>`. */
function withoutReserved(fields: unknown): unknown {
  if (typeof fields !== "object" || fields === null || fields instanceof Error) return fields;
  if (!reservedFields.some((name) => Object.hasOwn(fields, name))) return fields;
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [reservedFields.includes(name) ? `field_${name}` : name, value]),
  );
}

/** Logs an error under `err` as type, code and frames. If a line has no message, pino would take the error's. */
const errorOptions: Pick<LoggerOptions, "serializers" | "hooks"> = {
  serializers: { err: (error: unknown) => redactedError(error) },
  hooks: {
    logMethod(args, method) {
      const [given, message, ...rest] = args as unknown[];
      const first = withoutReserved(given);
      args[0] = first;
      const error = first instanceof Error ? first : (first as { readonly err?: unknown } | undefined)?.err;
      if (!(error instanceof Error) || message !== undefined) return method.apply(this, args);
      const line = first === error ? { err: error } : first;
      return method.apply(this, [line, redactedError(error).type, ...rest] as typeof args);
    },
  },
};

/**
 * Metrics and the log of one process. Lines are written without waiting; call `flush` before the process ends. Throws the
 * `AppError` `CONFIG_INVALID` if the file cannot be opened.
 */
export function createTelemetry({ level, file, version }: TelemetryOptions): Telemetry & { flush(): void } {
  const destination = pino.destination({ dest: file === undefined ? 1 : openLog(file), sync: false });
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, ...errorOptions }, destination);
  const metrics = createMetrics();
  metrics.set("comms_build_info", { version, node: process.version }, 1);
  metrics.set("comms_tzdata_info", { version: zoneDataVersion }, 1);
  return { metrics, log, flush: () => destination.flushSync() };
}

/** Opens the file at once: pino cannot flush one that it is still opening, and a process that ends then loses its last lines. */
function openLog(file: string): number {
  try {
    mkdirSync(dirname(file), { recursive: true });
    return openSync(file, "a");
  } catch (error) {
    const message = `COMMS_LOG_FILE names '${file}', which cannot be opened for writing (${codeOf(error)}): name another file`;
    throw new AppError("CONFIG_INVALID", message, { retryable: false });
  }
}
