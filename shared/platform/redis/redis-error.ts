import { AppError, codeOf } from "../errors/app-error.ts";
import { type TlsPeer, tlsFailure } from "../tls/tls-failure.ts";

const network = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH"]);

/**
 * The driver's errors about a connection, and those of a server that is loading, failing over, busy, full or cut off from
 * its disk or replicas.
 */
const messages =
  /^(Reached the max retries|Connection is closed|Command timed out|Command aborted due to connection close|Stream isn't writeable|Socket closed|connect ETIMEDOUT|LOADING|READONLY|MASTERDOWN|MISCONF|NOREPLICAS|BUSY|OOM|TRYAGAIN|CLUSTERDOWN)/;

const peer: TlsPeer = { code: "REDIS", name: "Redis", caSetting: "COMMS_REDIS_CA_FILE" };

/** What a server answers that does not take the client in, or does not allow a command. */
const denials: readonly (readonly [RegExp, string, string])[] = [
  [
    /^(WRONGPASS|NOAUTH|ERR AUTH|ERR invalid password)/,
    "REDIS_AUTHENTICATION",
    "Redis does not accept this client's user and password: check COMMS_REDIS_URL and COMMS_REDIS_PASSWORD_FILE",
  ],
  [
    /^NOPERM/,
    "REDIS_REFUSED",
    "Redis does not allow a command or a key to this user: its ACL must allow the commands that docs/secure.md names",
  ],
];

/** The error with a code and a sentence if somebody must put something right on either side; undefined for any other. */
function denial(error: Error): AppError | undefined {
  const found = denials.find(([pattern]) => pattern.test(error.message));
  if (found === undefined) return tlsFailure(error, peer);
  return new AppError(found[1], found[2], { retryable: true, cause: error });
}

/** The retryable `AppError` `REDIS_UNAVAILABLE`, or one that says why the server refuses, if the error means an outage, else the error itself. */
export function redisError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error;
  const denied = denial(error);
  if (denied !== undefined) return denied;
  if (!network.has(codeOf(error)) && !messages.test(error.message)) return error;
  return new AppError("REDIS_UNAVAILABLE", `Redis does not answer: ${error.message}`, {
    retryable: true,
    cause: error,
  });
}
