import { AppError, codeOf } from "../errors/app-error.ts";

const network = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH"]);

/**
 * The driver's errors about a connection, and those of a server that is loading, failing over, busy, full or cut off from
 * its disk or replicas.
 */
const messages =
  /^(Reached the max retries|Connection is closed|Command timed out|Stream isn't writeable|Socket closed|connect ETIMEDOUT|LOADING|READONLY|MASTERDOWN|MISCONF|NOREPLICAS|BUSY|OOM|TRYAGAIN|CLUSTERDOWN)/;

/** The retryable `AppError` `REDIS_UNAVAILABLE` if the error means an outage, else the error itself. */
export function redisError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error;
  if (!network.has(codeOf(error)) && !messages.test(error.message)) return error;
  return new AppError("REDIS_UNAVAILABLE", `Redis does not answer: ${error.message}`, {
    retryable: true,
    cause: error,
  });
}
