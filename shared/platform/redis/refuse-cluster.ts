import type { Redis } from "ioredis";
import { AppError } from "../errors/app-error.ts";

/**
 * Rejects with `REDIS_CLUSTER` (not retryable) if the client reaches a node of a Redis Cluster: one look-up and one script take
 * keys of several slots, which a cluster answers with `CROSSSLOT`. A Redis that does not answer is not refused.
 */
export async function refuseCluster(redis: Pick<Redis, "info">): Promise<void> {
  const info = await redis.info("server").catch(() => "");
  if (!/^redis_mode:cluster/m.test(info)) return;
  const message =
    "COMMS_REDIS_URL names a node of a Redis Cluster, which cannot hold what is read in one step: name a single server, with a replica where it must not be away";
  throw new AppError("REDIS_CLUSTER", message, { retryable: false });
}
