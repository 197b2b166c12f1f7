import { AppError, codeOf } from "../errors/app-error.ts";

const network = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH"]);

/** What the driver says of a connection, and what a server says that is loading, failing over, busy, full or cut off from its disk or replicas. */
const words =
  /^(Reached the max retries|Connection is closed|Command timed out|Stream isn't writeable|Socket closed|connect ETIMEDOUT|LOADING|READONLY|MASTERDOWN|MISCONF|NOREPLICAS|BUSY|OOM|TRYAGAIN|CLUSTERDOWN)/;

/** The error as retryable `Trouble` `REDIS_UNAVAILABLE` when it speaks of an outage, else the error itself. */
export function redisError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error;
  if (!network.has(codeOf(error)) && !words.test(error.message)) return error;
  return new AppError("REDIS_UNAVAILABLE", `Redis does not answer: ${error.message}`, {
    retryable: true,
    cause: error,
  });
}
