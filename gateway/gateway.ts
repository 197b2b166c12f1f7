import type { FastifyInstance } from "fastify";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { AppError, codeOf } from "#shared/platform/errors/app-error.ts";
import type { HostedService } from "#shared/runtime/process/host.ts";
import type { Publisher } from "./publisher.ts";

export interface GatewayParts {
  /** What the process and its log call it: `gateway` or `admin`. */
  readonly name: string;
  readonly app: FastifyInstance;
  /** Closed at the stop, once all requests are answered. */
  readonly publishers: readonly Pick<Publisher, "close">[];
  readonly clock: Clock;
  /** Deletes a batch of idempotency keys that have expired; true while there may be more. A failure waits for the next sweep. */
  readonly sweep?: (now: Instant) => Promise<boolean>;
  /** Watches until the signal aborts what requests are decided by, and writes then what it has left to write. */
  readonly watch: (signal: AbortSignal) => Promise<void>;
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** The setting that the port comes from. */
  readonly portSetting: string;
}

const sweepEveryMs = 60_000;

/** A server of the gateway as a process hosts it. It is ready when it listens; a stop answers the requests under way and takes no more. */
export function createGateway(parts: GatewayParts): HostedService & { url(): string } {
  const { app, publishers, clock, name } = parts;
  const stop = new AbortController();
  let url: string | undefined;
  let inHand = 0;
  let watching: Promise<void> | undefined;
  app.addHook("onRequest", async () => void inHand++);
  app.addHook("onResponse", async () => {
    inHand--;
    // A connection that was busy when the stop began would be kept alive until the deadline.
    if (stop.signal.aborted) setImmediate(() => app.server.closeIdleConnections());
  });

  async function sweepLoop(): Promise<void> {
    while (!stop.signal.aborted) {
      await clock.sleep(sweepEveryMs, stop.signal);
      while (!stop.signal.aborted && (await parts.sweep?.(clock.now()).catch(() => false)));
    }
  }

  return {
    name,
    start: async () => {
      url = await listen(parts);
      void sweepLoop();
      watching = parts.watch(stop.signal);
    },
    stop: async (deadlineMs) => {
      const end = clock.now() + deadlineMs;
      stop.abort();
      const closed = new AbortController();
      await Promise.race([Promise.all([app.close(), watching]), clock.sleep(deadlineMs, closed.signal)]);
      closed.abort();
      app.server.closeAllConnections();
      await Promise.all(publishers.map((publisher) => publisher.close(Math.max(500, end - clock.now()))));
    },
    state: () => {
      const why = stop.signal.aborted ? "it is stopping" : url === undefined ? "it does not listen yet" : undefined;
      return { stage: name, ready: why === undefined, why, assigned: 0, inHand, stalledMs: 0 };
    },
    url: () => url ?? "",
  };
}

async function listen({ app, name, host, port, portSetting }: GatewayParts): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (cause) {
    if (codeOf(cause) !== "EADDRINUSE") throw cause;
    const message = `Port ${port} on ${host} is taken: stop what listens there, or set ${portSetting} to another`;
    throw new AppError(`${name.toUpperCase()}_PORT_TAKEN`, message, { retryable: false, cause });
  }
}
