import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { NodeSDK, resources, tracing } from "@opentelemetry/sdk-node";

/** Starts the SDK with an exporter to the collector at `url`. */
export function startExporting(url: string, version: string): NodeSDK {
  const sdk = new NodeSDK({
    resource: resources.resourceFromAttributes({ "service.name": "carillon", "service.version": version }),
    sampler: new tracing.ParentBasedSampler({ root: new tracing.AlwaysOnSampler() }),
    spanProcessors: [new tracing.BatchSpanProcessor(new OTLPTraceExporter({ url }))],
    instrumentations: [],
    autoDetectResources: false,
  });
  sdk.start();
  return sdk;
}
