import { AppError, codeOf } from "../errors/app-error.ts";

/**
 * SQLSTATE classes and codes after which the same transaction may succeed later: connection lost (08), deadlock and
 * serialisation failure (40), resources (53), operator intervention and shutdown (57), I/O (58), lock not available.
 */
const transient = /^(08|40|53|57|58)|^55P03$/;

/** Errors of the socket and of the pool, which carry no SQLSTATE. */
const network = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH"]);
const messages =
  /timeout exceeded when trying to connect|Query read timeout|Connection terminated|Client has encountered a connection error/;

/** Whether an error of the driver says that no answer came in time. */
export function isLate(error: unknown): boolean {
  return error instanceof Error && error.message === lateMessage;
}

/** What an error says where no answer came in time; the driver's own words. */
export const lateMessage = "Query read timeout";

/** The retryable `AppError` `POSTGRES_UNAVAILABLE` if the error means an outage, else the error itself. */
export function postgresError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error;
  const code = codeOf(error);
  if (!transient.test(code) && !network.has(code) && !messages.test(error.message)) return error;
  return new AppError("POSTGRES_UNAVAILABLE", `Postgres does not answer: ${error.message || code}`, {
    retryable: true,
    cause: error,
  });
}
