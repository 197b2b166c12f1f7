import { Agent, type Dispatcher } from "undici";
import type { Outbound } from "#shared/platform/http/outbound.ts";

/** What every mail to SES goes through. */
export function openSesDispatcher(connections: number, outbound: Outbound): Dispatcher {
  return new Agent({ connections, pipelining: 1, connect: outbound.connector({ timeout: 2_000 }) });
}
