import { AppError, codeOf } from "../errors/app-error.ts";
import { type TlsPeer, tlsFailure } from "../tls/tls-failure.ts";

const peer: TlsPeer = { code: "POSTGRES", name: "Postgres", caSetting: "COMMS_POSTGRES_CA_FILE" };

/** By SQLSTATE: a password that is wrong, and a server whose rules (`pg_hba.conf`) let nobody in this way. */
const denials: Readonly<Record<string, readonly [code: string, message: string]>> = {
  "28P01": [
    "POSTGRES_AUTHENTICATION",
    "Postgres does not accept this client's user and password: check COMMS_POSTGRES_URL and COMMS_POSTGRES_PASSWORD_FILE",
  ],
  "28000": [
    "POSTGRES_REFUSED",
    "Postgres does not let this client in: it may ask for TLS (sslmode=verify-full), for a certificate, or for another user",
  ],
};

/** The error with a code and a sentence if somebody must put something right on either side; undefined for any other. */
function denial(error: Error): AppError | undefined {
  const found = denials[codeOf(error)];
  if (found !== undefined) return new AppError(found[0], found[1], { retryable: true, cause: error });
  if (error.message !== "The server does not support SSL connections") return tlsFailure(error, peer);
  const message = "Postgres speaks no TLS on this port, and sslmode=verify-full asks for it";
  return new AppError("POSTGRES_TLS_MISMATCH", message, { retryable: true, cause: error });
}

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

/** The retryable `AppError` `POSTGRES_UNAVAILABLE`, or one that says why the server refuses, if the error means an outage, else the error itself. */
export function postgresError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error;
  const denied = denial(error);
  if (denied !== undefined) return denied;
  const code = codeOf(error);
  if (!transient.test(code) && !network.has(code) && !messages.test(error.message)) return error;
  return new AppError("POSTGRES_UNAVAILABLE", `Postgres does not answer: ${error.message || code}`, {
    retryable: true,
    cause: error,
  });
}
