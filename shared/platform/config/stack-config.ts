import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout that this code runs from. */
export const checkoutRoot = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

/** The names below `COMMS_` that are the stack's and no setting of the product. */
export const stackVariables = [
  "COMMS_STACK",
  "COMMS_STACK_SECURE",
  "COMMS_STACK_ROOT",
  "COMMS_STACK_PORT_BASE",
  "COMMS_CACHE",
] as const;

/** What the environment says about the local stack. The stack takes it as arguments and reads no environment. */
export interface StackConfig {
  /** The folder of the stack: the checkout, or another. */
  readonly root: string;
  readonly cache: string;
  /** `COMMS_STACK`, not validated. */
  readonly mode: string | undefined;
  /** `COMMS_STACK_SECURE`, not validated. */
  readonly secure?: string | undefined;
  /** `COMMS_STACK_PORT_BASE`, not validated. */
  readonly portBase: string | undefined;
  readonly java: string | undefined;
}

/** Reads the environment of the local stack. `COMMS_STACK_ROOT` puts a second stack into another folder. */
export function readStackConfig(env: NodeJS.ProcessEnv = process.env): StackConfig {
  return {
    root: env["COMMS_STACK_ROOT"] || checkoutRoot,
    cache: env["COMMS_CACHE"] || defaultCache(env),
    mode: env["COMMS_STACK"] || undefined,
    secure: env["COMMS_STACK_SECURE"] || undefined,
    portBase: env["COMMS_STACK_PORT_BASE"] || undefined,
    java: env["JAVA_HOME"] ? join(env["JAVA_HOME"], "bin", "java") : undefined,
  };
}

/** Root's own cache is closed to the user that Postgres must run as; the system's is open to all. */
function defaultCache(env: NodeJS.ProcessEnv): string {
  if (process.getuid?.() === 0) return "/var/cache/carillon";
  return join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "carillon");
}
