import { type ResolvedValues, resolveFiles } from "./file-values.ts";
import type { Settings } from "./setting.ts";
import { checkoutRoot, stackVariables } from "./stack-config.ts";
import { type LocalSettings, readLocalSettings } from "./stack-file.ts";

/** The configuration is invalid; `message` has every issue, a line each. */
export class ConfigError extends Error {
  readonly code = "CONFIG_INVALID";
  readonly retryable = false;
  readonly isLoggable = true;
}

/**
 * Reads these settings from the environment and, for what is not set there, from the file that this checkout's stack
 * made. Each setting has a twin `<NAME>_FILE` that names a file with its value. All issues are told together, and none
 * repeats a value, because it may be a secret. What comes back holds secrets: do not log or print it as a whole.
 */
export function readConfig<Config>(
  settings: Settings<Config>,
  env: NodeJS.ProcessEnv = process.env,
  checkout: string = checkoutRoot,
): Config {
  const names = settings.descriptions.map(({ name }) => name);
  const { values, issues, unread } = environmentValues(names, env);
  const local = readLocalSettings(env, checkout);
  const result = settings.read({ ...local.values, ...values });
  if (result.kind === "config" && issues.length === 0) return result.config;
  // A setting whose file cannot be read is not reported as absent too.
  const found =
    result.kind === "issues"
      ? result.issues.filter((issue) => !unread.some((name) => issue.startsWith(`${name}:`)))
      : [];
  // An account of a tenant is not completed by a variable of the environment.
  const isIncomplete = found.some((issue) => names.some((name) => issue === `${name}: is not set`));
  throw new ConfigError(
    ["The configuration does not hold together:", ...issues, ...found].join("\n  ") +
      `\n${isIncomplete ? adviceOn(local) : "Correct these; docs/configuration.md says what each may be."}`,
  );
}

/** What to do about variables that are missing, and why a file of the local stack does not answer for them. */
function adviceOn({ values, unused }: LocalSettings): string {
  const page = "Set these variables; docs/configuration.md says what each means.";
  if (unused !== undefined) return `${unused}.\n${page}`;
  if (Object.keys(values).length > 0) return page;
  return "Set these variables (docs/configuration.md), or start the local stack with 'make up', which answers for all of them.";
}

/** A copy of this process's environment with these values over it: for a child process, or for `readConfig`. */
export function environmentWith(over: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { ...process.env, ...over };
}

/** Kubernetes sets these for every Service, and one may be called `comms-…`. */
const serviceLink = /_SERVICE_(HOST|PORT)(_\w+)?$|_PORT_\d+_(TCP|UDP)(_\w+)?$/;
const serviceAddress = /^(tcp|udp):\/\//;

/** Names of ours in the environment that are neither known settings nor their twins: spelt wrongly, or of another version. */
export function unknownSettings(known: readonly string[], env: NodeJS.ProcessEnv = process.env): readonly string[] {
  const names = new Set([...known, ...known.map((name) => `${name}_FILE`), ...stackVariables]);
  return Object.entries(env)
    .filter(([name, value]) => name.startsWith("COMMS_") && !names.has(name) && !isServiceLink(name, value))
    .map(([name]) => name)
    .toSorted();
}

function isServiceLink(name: string, value = ""): boolean {
  return serviceLink.test(name) || serviceAddress.test(value);
}

/** What the environment says of these settings and no others. */
function environmentValues(names: readonly string[], env: NodeJS.ProcessEnv): ResolvedValues {
  const ours = names.flatMap((name) => [name, `${name}_FILE`]).map((name) => [name, env[name]] as const);
  return resolveFiles(Object.fromEntries(ours), { settings: new Set(names) });
}
