import type { Part } from "./part.ts";
import { simulatorService } from "./parts/simulator.ts";
import type { ServiceContext } from "./service-context.ts";

/**
 * Our own processes that belong to the stack in both modes, the providers' double among them: each is started after the
 * servers, with its pid recorded, and ended before them. Their ports are reserved in `ports.ts`.
 */
export const services: readonly ((context: ServiceContext) => Part)[] = [simulatorService];
