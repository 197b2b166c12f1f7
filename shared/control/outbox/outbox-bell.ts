import type { Pool, PoolClient } from "pg";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { postgres } from "#shared/platform/postgres/pool.ts";

/** How long until a connection that was lost is tried again, ms. Meanwhile the relay looks by itself. */
const reconnectMs = 1_000;

/** Rings when a change has added to the outbox. */
export interface OutboxBell {
  /** Listens until the signal aborts, on a connection that the pool gives up for it. */
  run(signal: AbortSignal): Promise<void>;
  /** Resolves when it has rung since the call before, or at the abort. It may ring for nothing, and misses what comes while it is not connected. */
  added(signal: AbortSignal): Promise<void>;
}

/** A bell on a pool of its own. */
export function createOutboxBell(pool: Pool, clock: Pick<Clock, "sleep">): OutboxBell {
  let hasRung = false;
  let wake: () => void = () => {};

  function ring(): void {
    hasRung = true;
    wake();
  }

  async function listen(signal: AbortSignal): Promise<void> {
    const client = await postgres(() => pool.connect());
    const lost = new Promise<void>((resolve) => {
      client.on("error", () => resolve());
      client.on("end", () => resolve());
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    try {
      client.on("notification", ring);
      await postgres(() => client.query("listen comms_outbox"));
      // What came before it listened.
      ring();
      await lost;
    } finally {
      giveUp(client);
    }
  }

  return {
    run: async (signal) => {
      while (!signal.aborted) {
        await listen(signal).catch(() => undefined);
        await clock.sleep(reconnectMs, signal);
      }
    },
    added: (signal) =>
      new Promise((resolve) => {
        const end = (): void => {
          hasRung = false;
          signal.removeEventListener("abort", end);
          resolve();
        };
        wake = end;
        if (hasRung || signal.aborted) end();
        else signal.addEventListener("abort", end, { once: true });
      }),
  };
}

function giveUp(client: PoolClient): void {
  client.release(true);
}
