import { AppError } from "../errors/app-error.ts";
import { isRefusal, notAuthenticated, recordTooLarge, refused, unavailable, unknownTopic } from "./failure.ts";

/** The broker's error codes that mean more than "try again", by kafkajs' names. */
const kinds: Readonly<Record<string, "too-large" | "unknown-topic" | "refused" | "unauthenticated" | "fenced">> = {
  MESSAGE_TOO_LARGE: "too-large",
  RECORD_LIST_TOO_LARGE: "too-large",
  UNKNOWN_TOPIC_OR_PARTITION: "unknown-topic",
  INVALID_TOPIC_EXCEPTION: "unknown-topic",
  TOPIC_AUTHORIZATION_FAILED: "refused",
  GROUP_AUTHORIZATION_FAILED: "refused",
  CLUSTER_AUTHORIZATION_FAILED: "refused",
  SASL_AUTHENTICATION_FAILED: "unauthenticated",
  UNSUPPORTED_SASL_MECHANISM: "unauthenticated",
  ILLEGAL_GENERATION: "fenced",
  UNKNOWN_MEMBER_ID: "fenced",
  REBALANCE_IN_PROGRESS: "fenced",
};

/** Errors that kafkajs declares final though they come of an outage. */
const outages: readonly string[] = ["KafkaJSGroupCoordinatorNotFound", "KafkaJSLockTimeout", "KafkaJSTimeout"];

/** kafkajs wraps the broker's answer in an error of this name, without its type. */
const saslError = "KafkaJSSASLAuthenticationError";

/** The error with a code of ours. An unknown error is retryable, since a client error never means "not written". */
export function toAppError(what: string, topic: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const ours = causes(error).find((each) => each instanceof AppError);
  if (ours instanceof AppError) return ours;
  const kind = kindOf(error);
  if (kind === "too-large") return recordTooLarge(topic, error);
  if (kind === "unknown-topic") return unknownTopic(topic, error);
  if (kind === "refused") return refused(what, topic, error);
  if (kind === "unauthenticated") return notAuthenticated(error);
  return unavailable(what, error);
}

/** The broker knows another generation of the group: the member's claim on its partitions is void. */
export function isFenced(error: unknown): boolean {
  return kindOf(error) === "fenced";
}

/** Whether the client crashed because the brokers do not take it in, or do not allow what it does: a new one may find that mended. */
export function isRefused(error: unknown): boolean {
  return isRefusal(toAppError("", "", error));
}

/** Whether a crash of the client comes of an outage, so that a new client may live. */
export function isOutage(error: unknown): boolean {
  if (isRefused(error)) return false;
  return causes(error).some((each) => outages.includes(each.name ?? "") || each.retriable === true);
}

interface ClientError {
  readonly name?: string;
  readonly type?: string;
  readonly retriable?: boolean;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

function kindOf(error: unknown) {
  if (causes(error).some(({ name }) => name === saslError)) return "unauthenticated";
  const typed = causes(error).find((each) => each.type !== undefined && each.type in kinds);
  return typed?.type === undefined ? undefined : kinds[typed.type];
}

function causes(error: unknown, depth = 0): readonly ClientError[] {
  if (typeof error !== "object" || error === null || depth > 8) return [];
  const { cause, errors = [] }: ClientError = error;
  return [error, ...[cause, ...errors].flatMap((each) => causes(each, depth + 1))];
}
