import type { Pool } from "pg";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { Clock } from "../clock/clock.ts";
import { isLate } from "./postgres-error.ts";

/** No statement of ours takes as long while Postgres is well, ms. */
export const silentMsMax = 5_000;

/**
 * Watches a pool for a server that hangs: it takes a statement and does not answer, so that no error tells. The function says
 * for how long if that is longer than five seconds, counted from the oldest statement that waits, and also over statements
 * that were each given up sooner, as long as new ones are tried; undefined otherwise. It asks nothing.
 */
export function watchPool(pool: Pick<Pool, "on">, clock: Pick<Clock, "now">): () => string | undefined {
  const busySince = new Map<object, Instant>();
  /** Since when something has been asked for and nothing answered. */
  let silentSince: Instant | undefined;
  let lastAskedAt = Number.NEGATIVE_INFINITY;
  pool.on("acquire", (client) => {
    lastAskedAt = clock.now();
    silentSince ??= lastAskedAt;
    busySince.set(client, lastAskedAt);
  });
  pool.on("release", (error: unknown, client) => {
    busySince.delete(client);
    // A client is also thrown away with `true` where its statement had no answer in time.
    if (error !== true && !isLate(error)) silentSince = undefined;
  });
  pool.on("remove", (client) => void busySince.delete(client));
  return () => {
    const now = clock.now();
    const isTried = busySince.size > 0 || now - lastAskedAt <= silentMsMax;
    const since = isTried ? Math.min(silentSince ?? now, ...busySince.values()) : now;
    const waitedMs = now - since;
    return waitedMs > silentMsMax ? `Postgres has not answered for ${Math.round(waitedMs / 1_000)} s` : undefined;
  };
}
