import type { StackConfig } from "#shared/platform/config/stack-config.ts";
import { refusal } from "./refusal.ts";
import type { StackOptions } from "./stack.ts";

/** The options of this checkout's stack, from what the environment says. */
export function stackOptionsFrom(config: StackConfig, say: (line: string) => void): StackOptions {
  return {
    root: config.root,
    cache: config.cache,
    mode: modeOf(config.mode),
    secure: secureOf(config.secure),
    portBase: portBaseOf(config.portBase),
    java: config.java,
    say,
  };
}

function modeOf(given: string | undefined): StackOptions["mode"] {
  if (given === undefined || given === "native" || given === "docker") return given;
  throw refusal(
    "STACK_MODE",
    `COMMS_STACK is '${given}': set it to 'docker' or 'native', or leave it unset to have it chosen.`,
  );
}

function secureOf(given: string | undefined): boolean | undefined {
  if (given === undefined || given === "0" || given === "1") return given === undefined ? undefined : given === "1";
  throw refusal("STACK_MODE", `COMMS_STACK_SECURE is '${given}': set it to 1 or 0, or leave it unset.`);
}

function portBaseOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const base = Number(given);
  if (Number.isInteger(base) && base >= 1024 && base <= 65_526) return base;
  throw refusal(
    "STACK_PORT_TAKEN",
    `COMMS_STACK_PORT_BASE is '${given}': set it to a port from 1024 to 65526; ten from there on are used.`,
  );
}
