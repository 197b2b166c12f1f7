import type { Addresses } from "#shared/platform/config/addresses.ts";
import { readStackConfig } from "#shared/platform/config/stack-config.ts";
import { readAddresses } from "#shared/platform/config/stack-file.ts";

/** Where the stack of this checkout stands; the setup of the integration tests has started it. Throws when none does. */
export function addresses(): Addresses {
  const found = readAddresses(readStackConfig().root);
  if (!found) throw new Error("The stack of this checkout does not run: start it with 'make up'");
  return found;
}
