import type { Addresses } from "#shared/platform/config/addresses.ts";
import type { Layout } from "./layout.ts";

/** What a service may build on: the parts answer already. */
export interface ServiceContext {
  readonly layout: Layout;
  readonly addresses: Addresses;
}
