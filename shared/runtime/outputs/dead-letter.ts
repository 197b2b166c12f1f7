import type { Headers, InRecord, OutRecord } from "#shared/contracts/log-record.ts";
import { deadLetterTopic, groupOf } from "#shared/contracts/topics.ts";
import type { Reason } from "#shared/domain/message/reason.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import type { RecordIds } from "../records/record-ids.ts";

/** Why a record becomes a dead letter, in text that may stand in a header. */
export interface DeadLetterCause {
  readonly stage: string;
  readonly reason: Reason;
  /** A sentence without values of the record. */
  readonly message: string;
  /** Where in the processor it failed: `decode`, `decide`. */
  readonly at: string;
  readonly ids: RecordIds;
  readonly now: Instant;
}

/**
 * The record as it came in, byte for byte, with Kafka Connect's headers and ours that say why it is a dead letter, and by which
 * trace, correlation and request to find what led to it. A record that was requeued and failed again keeps the time of its first failure and counts its attempts.
 */
export function deadLetter(record: InRecord, cause: DeadLetterCause): OutRecord {
  return {
    topic: deadLetterTopic(cause.stage),
    key: record.key,
    value: record.value,
    headers: { ...record.headers, ...causeHeaders(record, cause) },
  };
}

function causeHeaders(record: InRecord, { stage, reason, message, at, now, ids }: DeadLetterCause): Headers {
  const attempts = Number(text(record.headers["comms-attempts"]) ?? 0) + 1;
  const fields: Record<string, string> = {
    "__connect.errors.topic": record.topic,
    "__connect.errors.partition": String(record.partition),
    "__connect.errors.offset": String(record.offset),
    "__connect.errors.stage": at.toUpperCase(),
    "__connect.errors.exception.class.name": reason,
    "__connect.errors.exception.message": message,
    "__connect.errors.exception.stacktrace": `${reason}: ${message}`,
    "comms-error-code": reason,
    "comms-error-retryable": "false",
    "comms-attempts": String(attempts),
    "comms-first-failed-at": text(record.headers["comms-first-failed-at"]) ?? new Date(now).toISOString(),
    "comms-group": groupOf(stage),
    "comms-trace-id": ids.traceId,
    ...(ids.correlationId !== undefined && { "comms-correlation-id": ids.correlationId }),
    ...(ids.requestId !== undefined && { "comms-request-id": ids.requestId }),
  };
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, Buffer.from(value)]));
}

function text(header: Buffer | readonly Buffer[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  return (Buffer.isBuffer(header) ? header : header[0])?.toString("utf8");
}
