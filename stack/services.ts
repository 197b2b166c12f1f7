import type { Addresses } from "#shared/platform/config/addresses.ts";
import type { Layout } from "./layout.ts";
import type { Part } from "./part.ts";
import { simulatorService } from "./parts/simulator.ts";

/** What a service may build on: the parts answer already. */
export interface ServiceContext {
  readonly layout: Layout;
  readonly addresses: Addresses;
}

/**
 * Our own processes that belong to the stack in both modes, the providers' double among them: each is started after the
 * servers, with its pid recorded, and ended before them. Their ports are reserved in `ports.ts`.
 */
export const services: readonly ((context: ServiceContext) => Part)[] = [simulatorService];
