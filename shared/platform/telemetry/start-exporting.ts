import {
  type Attributes,
  createTraceState,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resources, tracing } from "@opentelemetry/sdk-node";
import { traceHeaders, traceParentOf } from "./trace-context.ts";
import type { RecordSpan, SpanStart, StartSpan } from "./tracing.ts";

/** Spans that go to a collector. */
export interface Exporter {
  readonly startSpan: StartSpan;
  /** Sends what is kept. */
  close(): Promise<void>;
}

/** Where the collector stands, which part of the traces that begin here it gets, and the version that they carry. */
export interface ExportOptions {
  readonly url: string;
  /** From 0, none, to 1, all. A trace that was begun elsewhere is kept as its parent says. */
  readonly sampleRatio: number;
  readonly version: string;
}

/** Starts OpenTelemetry's SDK with an exporter to a collector. Spans are named and attributed after its conventions for messaging. */
export function startExporting({ url, sampleRatio, version }: ExportOptions): Exporter {
  const provider = new tracing.BasicTracerProvider({
    resource: resources.resourceFromAttributes({ "service.name": "carillon", "service.version": version }),
    sampler: new tracing.ParentBasedSampler({ root: new tracing.TraceIdRatioBasedSampler(sampleRatio) }),
    spanProcessors: [new tracing.BatchSpanProcessor(new OTLPTraceExporter({ url }))],
  });
  const tracer = provider.getTracer("carillon");
  return { startSpan: (start) => keptSpan(tracer, start), close: () => provider.shutdown() };
}

function keptSpan(tracer: Tracer, { name, consumed, parent }: SpanStart): RecordSpan {
  const from = traceParentOf(parent);
  const context =
    from === undefined
      ? ROOT_CONTEXT
      : trace.setSpanContext(ROOT_CONTEXT, {
          traceId: from.traceId,
          spanId: from.spanId,
          traceFlags: from.isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
          isRemote: true,
          ...(from.state !== undefined && { traceState: createTraceState(from.state) }),
        });
  const kind = consumed ? SpanKind.CONSUMER : SpanKind.PRODUCER;
  const span = tracer.startSpan(name, { kind, attributes: consumed ? attributesOf(consumed) : {} }, context);
  return {
    headers: headersOf(span, from?.state),
    traceId: span.spanContext().traceId,
    end: (outcome, failed) => {
      span.setAttribute("comms.outcome", outcome);
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
      span.end();
    },
  };
}

function headersOf(span: Span, state: string | undefined) {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return traceHeaders({ traceId, spanId, isSampled: (traceFlags & TraceFlags.SAMPLED) !== 0, state });
}

function attributesOf({ stage, topic, record }: NonNullable<SpanStart["consumed"]>): Attributes {
  return {
    "messaging.system": "kafka",
    "messaging.operation.type": "process",
    "messaging.destination.name": topic,
    "messaging.destination.partition.id": String(record.partition),
    "messaging.kafka.offset": record.offset,
    "messaging.consumer.group.name": `comms.${stage}`,
  };
}
