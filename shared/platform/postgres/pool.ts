import { Pool } from "pg";
import { postgresError } from "./postgres-error.ts";

/** Connections that a process holds at most, unless it says otherwise. */
export const connectionsMax = 8;

/** Settings of a pool; every time is in ms. */
export interface PoolOptions {
  /** Connections at most. Default 8. */
  readonly max?: number;
  /** How long a caller waits for a connection. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** How long one statement may run before Postgres ends it. Default 30,000. */
  readonly statementTimeoutMs?: number;
}

/**
 * A pool of connections to the database at `url`; nothing connects before the first query. Its errors are the driver's:
 * wrap a call in `postgres` to get an outage as an `AppError`. Timestamps come back as `Date`, `bigint` as a string.
 */
export function createPool(url: string, options: PoolOptions = {}): Pool {
  const pool = new Pool({
    connectionString: url,
    application_name: "comms",
    max: options.max ?? connectionsMax,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    keepAlive: true,
  });
  // A connection that dies while idle is replaced at the next query; without a listener it would end the process.
  pool.on("error", () => {});
  return pool;
}

/** Runs `work` and throws the retryable `AppError` `POSTGRES_UNAVAILABLE` in an outage; any other error passes unchanged. */
export async function postgres<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw postgresError(error);
  }
}
