import { inject } from "vitest";
import type { Addresses } from "#shared/config/addresses.ts";

declare module "vitest" {
  export interface ProvidedContext {
    addresses: Addresses;
  }
}

/** Where the stack of this run stands. Only in tests of the `integration` project, whose setup has started it. */
export function addresses(): Addresses {
  return inject("addresses");
}
