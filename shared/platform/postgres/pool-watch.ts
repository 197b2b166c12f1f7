import type { Pool } from "pg";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Clock } from "../clock/clock.ts";

/** No statement of ours takes as long while Postgres is well, ms. */
export const silentMsMax = 5_000;

/**
 * Watches a pool for a server that hangs: it takes a statement and does not answer, so that no error tells. The function says
 * for how long the oldest statement has waited if that is longer than five seconds; undefined otherwise. It asks nothing.
 */
export function watchPool(pool: Pick<Pool, "on">, clock: Pick<Clock, "now">): () => string | undefined {
  const busySince = new Map<object, Instant>();
  pool.on("acquire", (client) => void busySince.set(client, clock.now()));
  pool.on("release", (_error, client) => void busySince.delete(client));
  pool.on("remove", (client) => void busySince.delete(client));
  return () => {
    const waitedMs = clock.now() - Math.min(clock.now(), ...busySince.values());
    return waitedMs > silentMsMax ? `Postgres has not answered for ${Math.round(waitedMs / 1_000)} s` : undefined;
  };
}
