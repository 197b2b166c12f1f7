import {
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { Headers, InRecord } from "#shared/contracts/log-record.ts";

const tracer = trace.getTracer("carillon");

/** A span that has begun, and the headers that name it as the parent of the next stage's span. */
export interface RecordSpan {
  readonly headers: Headers;
  readonly traceId: string;
  end(outcome: string, failed: boolean): void;
}

const getter = {
  keys: (headers: Headers) => Object.keys(headers),
  get: (headers: Headers, key: string) => {
    const value = headers[key];
    return value === undefined ? undefined : (Buffer.isBuffer(value) ? value : value[0])?.toString("utf8");
  },
};

/** Begins the span of one consumed record, named and attributed after OpenTelemetry's messaging conventions. */
export function startRecordSpan(stage: string, topic: string, record: InRecord): RecordSpan {
  const parent = propagation.extract(ROOT_CONTEXT, record.headers, getter);
  const span = tracer.startSpan(
    `process ${topic}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.destination.name": topic,
        "messaging.destination.partition.id": String(record.partition),
        "messaging.kafka.offset": record.offset,
        "messaging.consumer.group.name": `comms.${stage}`,
      },
    },
    parent,
  );
  return handle(span, trace.setSpan(parent, span));
}

/** Begins a span that has no record as its cause: an HTTP request, a due item. */
export function startRootSpan(name: string): RecordSpan {
  const span = tracer.startSpan(name, { kind: SpanKind.PRODUCER }, context.active());
  return handle(span, trace.setSpan(ROOT_CONTEXT, span));
}

/** Begins the span of an HTTP request. Its own `traceparent` is the parent, if it has one. */
export function startRequestSpan(
  name: string,
  request: Readonly<Record<string, string | string[] | undefined>>,
): RecordSpan {
  const parent = propagation.extract(ROOT_CONTEXT, request);
  const span = tracer.startSpan(name, { kind: SpanKind.PRODUCER }, parent);
  return handle(span, trace.setSpan(parent, span));
}

function handle(span: Span, active: Context): RecordSpan {
  return {
    headers: traceHeaders(active),
    traceId: span.spanContext().traceId,
    end: (outcome, failed) => {
      span.setAttribute("comms.outcome", outcome);
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
      span.end();
    },
  };
}

function traceHeaders(active: Context): Headers {
  const carrier: Record<string, string> = {};
  propagation.inject(active, carrier);
  return Object.fromEntries(Object.entries(carrier).map(([name, value]) => [name, Buffer.from(value)]));
}
