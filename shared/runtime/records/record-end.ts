import type { DecodedRecord } from "#shared/contracts/decoded-record.ts";
import type { Outcome } from "#shared/domain/outcome/outcome.ts";
import type { RecordSpan } from "#shared/platform/telemetry/tracing.ts";

/** One record's end, for its count, its span, its line and that of its batch. */
export interface RecordEnd {
  readonly record: DecodedRecord<unknown>;
  readonly outcome: Outcome;
  readonly durationMs: number;
  readonly span: Pick<RecordSpan, "traceId" | "end">;
}

/** An outcome as metrics, log lines and spans name it. A dead letter is `reject` there: labels outlive names in code. */
export function outcomeLabel({ kind }: Pick<Outcome, "kind">): string {
  return kind === "deadLetter" ? "reject" : kind;
}

/** Where a record lies on the log, as fields of a line. */
export function placeOf({ record: { topic, origin } }: RecordEnd) {
  return { topic, partition: origin.partition, offset: origin.offset };
}

const idNames = ["tenant_id", "event_id", "msg_id", "correlation_id", "name"] as const;

/** What a record is found by, and how long it took, as fields of a line: ids, never a value or an address. */
export function loggedIds({ record: { value }, durationMs, span }: RecordEnd): Readonly<Record<string, unknown>> {
  const ids =
    typeof value === "object" && value !== null
      ? idNames.flatMap((id) => (id in value ? [[id, Reflect.get(value, id)]] : []))
      : [];
  return { ...Object.fromEntries(ids), duration_ms: durationMs, trace_id: span.traceId };
}
