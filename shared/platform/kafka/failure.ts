import { AppError } from "../errors/app-error.ts";

/** The broker did not answer as it should. Whether the call took effect is unknown. Retryable. */
export function unavailable(what: string, cause?: unknown): AppError {
  return new AppError("KAFKA_UNAVAILABLE", `${what}: Kafka does not answer; check that the brokers are up`, {
    retryable: true,
    cause,
  });
}

/** The topic is not there, or has no such partition. Not retryable: create it first. */
export function unknownTopic(topic: string, cause?: unknown): AppError {
  return new AppError("KAFKA_UNKNOWN_TOPIC", `Topic or partition '${topic}' does not exist; create it first`, {
    retryable: false,
    cause,
  });
}

/** The record is larger than its topic takes. Not retryable: no later send of the same bytes will pass. */
export function recordTooLarge(topic: string, cause?: unknown): AppError {
  return new AppError("KAFKA_RECORD_TOO_LARGE", `A record for '${topic}' is larger than the topic takes`, {
    retryable: false,
    cause,
  });
}

/**
 * The principal may not do this. Retryable: whoever grants the right need not start anything again, and until then nothing is
 * lost and nothing moves.
 */
export function refused(what: string, about: string, cause?: unknown): AppError {
  const object = about === "" ? "" : ` (${about})`;
  const message = `${what}${object}: Kafka does not allow it to this principal; 'comms acl print' lists what each needs`;
  return new AppError("KAFKA_REFUSED", message, { retryable: true, cause });
}

/** The brokers do not take the client for who it says it is. Retryable: a file with another password is read at the next try. */
export function notAuthenticated(cause?: unknown): AppError {
  const message =
    "Kafka does not accept this client's user and password, or its token, or not this mechanism: check COMMS_KAFKA_USER, its password and COMMS_KAFKA_SASL_MECHANISM";
  return new AppError("KAFKA_AUTHENTICATION", message, { retryable: true, cause });
}

/** A client without TLS found a port that speaks it. */
export function tlsExpected(cause?: unknown): AppError {
  const message =
    "Kafka speaks TLS on this port, and this client plain text: set COMMS_KAFKA_SECURITY_PROTOCOL to SSL or SASL_SSL";
  return new AppError("KAFKA_TLS_EXPECTED", message, { retryable: true, cause });
}

const refusals = /^(KAFKA_(AUTHENTICATION|REFUSED|CA_UNKNOWN|CERTIFICATE_\w+|TLS_\w+|TOKEN_\w+)|SECRET_\w+)$/;

/** Whether an error says that somebody must put something right. Asking again at once helps nobody; later it may. */
export function isRefusal(error: unknown): error is AppError {
  return error instanceof AppError && refusals.test(error.code);
}
