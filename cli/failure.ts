import { codeOf } from "#shared/platform/errors/app-error.ts";
import { errorText, redactedError } from "#shared/platform/telemetry/redacted-error.ts";
import { exit } from "./command.ts";

/** sysexits.h: the configuration does not hold together. */
const exConfig = 78;

/** Codes of failures that need a person: a retry does not help. */
const preconditions =
  /^(STACK_|JAVA_|PORT_|DISK_|SCHEMA_NOT_REGISTERED|REGISTRY_|TOPIC_|KAFKA_UNKNOWN_TOPIC|REDIS_CLUSTER)/;

/** The text on stderr and the exit code for a command that threw. A driver's message may hold a row, so it is left out. */
export function failureOf(error: unknown, usageLine: string): { readonly text: string; readonly code: number } {
  const code = codeOf(error);
  if (code.startsWith("ERR_PARSE_ARGS")) {
    return { text: `${(error as Error).message}\nUsage: comms ${usageLine}\n`, code: exit.usage };
  }
  const text = `${redactedError(error).message ?? errorText(error)}\n`;
  if (code === "CONFIG_INVALID") return { text, code: exConfig };
  return { text, code: preconditions.test(code) ? exit.precondition : exit.failed };
}
