import { existsSync, readFileSync } from "node:fs";
import type { Addresses } from "#shared/platform/config/addresses.ts";
import { readStackConfig } from "#shared/platform/config/stack-config.ts";
import { stackFile } from "#shared/platform/config/stack-file.ts";

/** Where the stack of this checkout stands; the setup of the integration tests has started it. Throws when none does. */
export function addresses(): Addresses {
  const path = stackFile(readStackConfig().root);
  if (!existsSync(path)) throw new Error("The stack of this checkout does not run: start it with 'make up'");
  return JSON.parse(readFileSync(path, "utf8")) as Addresses;
}
