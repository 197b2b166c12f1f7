import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { NodeSDK, resources, tracing } from "@opentelemetry/sdk-node";

/**
 * Gives every record a trace context that goes on from topic to topic. Spans are kept only where there is a collector
 * to send them to: without an address the context still travels, at the price of its bytes.
 */
export function startTracing(options: {
  readonly url: string | undefined;
  readonly version: string;
}): () => Promise<void> {
  const { url, version } = options;
  const sdk = new NodeSDK({
    resource: resources.resourceFromAttributes({ "service.name": "carillon", "service.version": version }),
    sampler: url
      ? new tracing.ParentBasedSampler({ root: new tracing.AlwaysOnSampler() })
      : new tracing.AlwaysOffSampler(),
    spanProcessors: url ? [new tracing.BatchSpanProcessor(new OTLPTraceExporter({ url }))] : [],
    instrumentations: [],
    autoDetectResources: false,
  });
  sdk.start();
  return () => sdk.shutdown();
}
