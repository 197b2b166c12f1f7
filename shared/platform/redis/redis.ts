import { type ChainableCommander, Redis } from "ioredis";
import { redisError } from "./redis-error.ts";
import { watchServerIdentity } from "./server-identity.ts";

/** Settings of a client; every time is in ms. */
export interface RedisSettings {
  /** How long one command may take, its wait for a connection included. Default 3,000. */
  readonly commandTimeoutMs?: number;
  /** How long one connection may take to open. Default 2,000. */
  readonly connectTimeoutMs?: number;
  /** How many reconnections a command waits for. Default 3. */
  readonly retriesPerCommand?: number;
}

/**
 * A client of the Redis at `url`. It reconnects for ever, at most a second apart, while each command fails within its
 * bound. A command that a lost connection left unanswered is sent again, so scripts must be idempotent. Errors are the
 * driver's: wrap a call in `redisCall` to get an outage as an `AppError`.
 */
export function createRedis(url: string, settings: RedisSettings = {}): Redis {
  const redis = new Redis(url, {
    connectionName: "comms",
    // The replies are the same, and the driver reads RESP2 with a fifth less CPU than RESP3.
    protocol: 2,
    commandTimeout: settings.commandTimeoutMs ?? 3_000,
    connectTimeout: settings.connectTimeoutMs ?? 2_000,
    maxRetriesPerRequest: settings.retriesPerCommand ?? 3,
    retryStrategy: (times) => Math.min(25 * 2 ** times, 1_000),
  });
  // Each command reports its own failure; without a listener the connection's error would go to the screen.
  redis.on("error", () => {});
  watchServerIdentity(redis);
  return redis;
}

/** Runs `work` and throws the retryable `AppError` `REDIS_UNAVAILABLE` in an outage; any other error passes unchanged. */
export async function redisCall<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw redisError(error);
  }
}

/** Sends a pipeline and returns its replies in order. Throws the first failure among them; an outage as `redisCall` does. */
export async function execute(pipeline: ChainableCommander): Promise<readonly unknown[]> {
  const replies = (await redisCall(() => pipeline.exec())) ?? [];
  return replies.map(([error, reply]) => {
    if (error) throw redisError(error);
    return reply;
  });
}
