import { Agent, type Dispatcher } from "undici";

/** What every request to SES goes through, and the one place to put another in, a proxy for example. */
export function openSesDispatcher(connections: number): Dispatcher {
  return new Agent({ connections, pipelining: 1, connect: { timeout: 2_000 } });
}
