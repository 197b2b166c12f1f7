import { propagation, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { AlwaysOffSampler, BasicTracerProvider, ParentBasedSampler } from "@opentelemetry/sdk-trace-base";

/** Where spans go, and the version that they carry. */
export interface TracingOptions {
  /** Where a collector takes OTLP over HTTP; undefined keeps no spans. */
  readonly url: string | undefined;
  readonly version: string;
}

/** A tracer that was started. */
export interface Tracing {
  /** Resolves once spans are kept, or at once if none are. */
  readonly ready: Promise<void>;
  /** Sends what is kept. */
  close(): Promise<void>;
}

/**
 * Gives every record a trace context that travels from topic to topic. Spans are kept only if there is a collector:
 * without one the context still travels, and the SDK with its exporters (67 MB, a second of start) is never loaded.
 */
export function startTracing({ url, version }: TracingOptions): Tracing {
  if (url !== undefined) {
    const sdk = import("./start-exporting.ts").then(({ startExporting }) => startExporting(url, version));
    return { ready: sdk.then(() => undefined), close: async () => (await sdk).shutdown() };
  }
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ sampler: new ParentBasedSampler({ root: new AlwaysOffSampler() }) }),
  );
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  return { ready: Promise.resolve(), close: async () => {} };
}
