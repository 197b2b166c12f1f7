import type { Headers, InRecord } from "#shared/contracts/log-record.ts";

/** What finds a record's way again: its trace, and the producer's ids where they are known. */
export interface RecordIds {
  readonly traceId: string;
  readonly correlationId?: string;
  readonly requestId?: string;
}

/** A producer chooses these: no address, no sentence, no telephone number with its sign. */
const plainId = /^[\w.:/-]{1,128}$/;
/** Where producers put it who write none in the value, or whose value cannot be read. */
const correlationHeaders = ["comms-correlation-id", "correlation_id", "correlation-id", "x-correlation-id"];
const requestHeaders = ["comms-request-id", "x-request-id", "request_id", "request-id"];

/** The ids of a record, by its value where it could be decoded, else by its headers. What is no plain id is left out. */
export function recordIds(record: Pick<InRecord, "headers">, value: unknown, traceId: string): RecordIds {
  const correlationId = plain(correlationOf(value)) ?? firstOf(record.headers, correlationHeaders);
  const requestId = firstOf(record.headers, requestHeaders);
  return { traceId, ...(correlationId && { correlationId }), ...(requestId && { requestId }) };
}

/** As the fields of a line in the log. */
export function idFields({ traceId, correlationId, requestId }: RecordIds): Readonly<Record<string, string>> {
  return {
    ...(correlationId !== undefined && { correlation_id: correlationId }),
    ...(requestId !== undefined && { request_id: requestId }),
    trace_id: traceId,
  };
}

function correlationOf(value: unknown): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, "correlation_id") : undefined;
}

function firstOf(headers: Headers, names: readonly string[]): string | undefined {
  for (const name of names) {
    const header = headers[name];
    const id = plain((Buffer.isBuffer(header) ? header : header?.[0])?.toString("utf8"));
    if (id !== undefined) return id;
  }
  return undefined;
}

function plain(id: unknown): string | undefined {
  return typeof id === "string" && plainId.test(id) ? id : undefined;
}
