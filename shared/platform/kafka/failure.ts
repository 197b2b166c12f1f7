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
