import { Client, type ClientConfig, Pool } from "pg";
import type { PostgresAccess } from "./postgres-access.ts";
import { lateMessage, postgresError } from "./postgres-error.ts";

/** Connections that a process holds at most, unless it says otherwise. */
export const connectionsMax = 8;

/** Settings of a pool; every time is in ms. */
export interface PoolOptions {
  /** Connections at most. Default 8. */
  readonly max?: number;
  /** How long a caller waits for a connection. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /**
   * How long one statement may run before Postgres ends it. Default 30,000. A server that hangs ends nothing: two seconds
   * later the caller gets an error, and the connection is given up.
   */
  readonly statementTimeoutMs?: number;
}

/** How long a statement may run, ms, unless a pool says otherwise. */
export const statementMsMax = 30_000;
/** What the caller adds to the time that Postgres has for a statement, ms. */
export const answerMs = 2_000;

/**
 * A pool of connections to a database, by its URL or by the settings of one that asks for more; nothing connects before the first query. Its errors are the driver's:
 * wrap a call in `postgres` to get an outage as an `AppError`. Timestamps come back as `Date`, `bigint` as a string.
 */
export function createPool(at: string | PostgresAccess, options: PoolOptions = {}): Pool {
  const statementTimeoutMs = options.statementTimeoutMs ?? statementMsMax;
  const access = typeof at === "string" ? { url: at } : at;
  const pool = new Pool({
    connectionString: access.url,
    Client: clientOf(access),
    application_name: "comms",
    max: options.max ?? connectionsMax,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + answerMs,
    keepAlive: true,
  });
  // A connection that dies while idle is replaced at the next query; without a listener it would end the process.
  pool.on("error", () => {});
  return pool;
}

/** A client that looks for its password and its certificates at each connection. */
function clientOf(access: PostgresAccess): typeof Client {
  const { options } = access;
  if (options === undefined) return Client;
  return clientWith(options);
}

function clientWith(options: NonNullable<PostgresAccess["options"]>): typeof Client {
  return class extends Client {
    constructor(config?: string | ClientConfig) {
      super(typeof config === "string" ? config : { ...config, ...options() });
    }
  };
}

/**
 * Runs `work` and throws the retryable `AppError` `POSTGRES_UNAVAILABLE` in an outage; any other error passes unchanged.
 * With a deadline, the error also comes if there is no answer in time, a wait for a connection included; the statement may
 * take effect all the same, so give one to statements that may be repeated.
 */
export async function postgres<T>(work: () => Promise<T>, options: { readonly deadlineMs?: number } = {}): Promise<T> {
  try {
    return await (options.deadlineMs === undefined ? work() : inTime(work(), options.deadlineMs));
  } catch (error) {
    throw postgresError(error);
  }
}

async function inTime<T>(answer: Promise<T>, deadlineMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(lateMessage)), deadlineMs);
  });
  // A failure that comes after the deadline is nobody's.
  answer.catch(() => {});
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
