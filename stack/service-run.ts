import type { ServiceContext } from "./service-context.ts";
import { services } from "./services.ts";
import { createSupervisor, type Say } from "./supervisor.ts";

/** Starts our own processes, one after the other, in the order of the list. */
export async function startServices(context: ServiceContext, say: Say): Promise<void> {
  const supervisor = createSupervisor(context.layout, say);
  for (const service of services) await supervisor.start(service(context));
}

/** Ends them in reverse order. */
export async function stopServices(context: ServiceContext, say: Say): Promise<void> {
  const supervisor = createSupervisor(context.layout, say);
  for (const service of services.toReversed()) {
    const { name, stopSignal } = service(context);
    await supervisor.stop(name, stopSignal);
  }
}
