import { type ChainableCommander, Redis } from "ioredis";
import { AppError } from "../errors/app-error.ts";
import { groupWrites } from "./grouped-writes.ts";
import { type RedisAccess, redisAddress } from "./redis-access.ts";
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
 * A client of a Redis, by its URL or by the settings of one that asks for more. It reconnects for ever, at most a second apart, while each command fails within its
 * bound. A command that a lost connection left unanswered is sent again, so scripts must be idempotent. Errors are the
 * driver's: wrap a call in `redisCall` to get an outage as an `AppError`.
 */
export function createRedis(at: string | RedisAccess, settings: RedisSettings = {}): Redis {
  const access = typeof at === "string" ? undefined : at;
  const redis = new Redis({
    ...(typeof at === "string" ? redisAddress(at) : at.options()),
    connectionName: "comms",
    // The replies are the same, and the driver reads RESP2 with a fifth less CPU than RESP3.
    protocol: 2,
    commandTimeout: settings.commandTimeoutMs ?? 3_000,
    connectTimeout: settings.connectTimeoutMs ?? 2_000,
    maxRetriesPerRequest: settings.retriesPerCommand ?? 3,
    retryStrategy: (times) => {
      // What changed in its files counts from the next connection on.
      if (access !== undefined) renew(redis, access);
      return Math.min(25 * 2 ** times, 1_000);
    },
  });
  sayWhy(redis);
  groupWrites(redis);
  watchServerIdentity(redis);
  return redis;
}

function renew(redis: Redis, access: RedisAccess): void {
  try {
    const { password, tls, sentinelPassword } = access.options();
    if (password !== undefined) redis.options.password = password;
    if (sentinelPassword !== undefined) redis.options.sentinelPassword = sentinelPassword;
    if (tls !== undefined) Object.assign(redis.options.tls ?? {}, tls);
  } catch (error) {
    if (error instanceof Error) redis.emit("error", error);
  }
}

/** The queue of commands inside the driver, which it ends with one error for all. */
interface CommandQueue {
  flushQueue(error: Error, options?: object): void;
}

/**
 * A command that waited for a connection in vain fails with the driver's "max retries", whatever kept it: it gets the reason
 * that the last connection had. Without a listener the connection's error would go to the screen.
 */
function sayWhy(redis: Redis): void {
  const queue = redis as unknown as CommandQueue;
  const flush = queue.flushQueue.bind(redis);
  let failure: unknown;
  redis.on("error", (error) => {
    const known = redisError(error);
    failure = known instanceof AppError && known.code !== "REDIS_UNAVAILABLE" ? known : undefined;
  });
  redis.on("ready", () => {
    failure = undefined;
  });
  queue.flushQueue = (error, options) => flush(failure instanceof AppError ? failure : error, options);
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
