import type { Cancellation } from "#shared/contracts/records.ts";
import { fieldsOf, parseJson } from "../json/readers.ts";
import type { Instant } from "../time/instant.ts";

/** How far the clocks of two gateways, and of a producer on Kafka, may differ, ms: a cancellation binds so much longer. */
export const clockDifferenceMsMax = 1_000;

/**
 * How long a gateway waits with its answer to a cancellation, ms. After it every gateway's clock is past all that the
 * cancellation binds, so that an event which is sent after the answer goes out.
 */
export const answerAfterMs = 2 * clockDifferenceMsMax;

/** A cancellation as the gates see it. */
export type CancelledCause = Pick<Cancellation, "cancelled_at" | "reason">;

/**
 * Whether a cancellation binds an event that came at `receivedAt`. Times are compared, not arrivals: a cancellation may be
 * read before its event. Null stands for an event from before there were cancellations: it is bound.
 */
export function bindsEvent({ cancelled_at }: Pick<Cancellation, "cancelled_at">, receivedAt: Instant | null): boolean {
  return receivedAt === null || receivedAt <= cancelled_at + clockDifferenceMsMax;
}

/** The header by which the scheduler says that it gives a record back because its cause was cancelled. */
export const cancellationHeader = "comms-cancellation";

/** The cancellation in the headers of a record; null if there is none that can be read. */
export function readCancellation(headers: Readonly<Record<string, unknown>>): CancelledCause | null {
  const header = headers[cancellationHeader];
  if (!Buffer.isBuffer(header)) return null;
  const { cancelled_at, reason } = fieldsOf(parseJson(header.toString("utf8")));
  return typeof cancelled_at === "number" && typeof reason === "string" ? { cancelled_at, reason } : null;
}

/** Of two cancellations of one cause the later, which binds more. */
export function laterCancellation(a: CancelledCause | null, b: CancelledCause | null): CancelledCause | null {
  if (a === null || b === null) return a ?? b;
  return a.cancelled_at >= b.cancelled_at ? a : b;
}
