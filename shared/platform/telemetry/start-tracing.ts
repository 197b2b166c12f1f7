import type { ExportOptions } from "./start-exporting.ts";
import { keepSpans } from "./tracing.ts";

/** Where spans go, how many of them, and the version that they carry. Without `url` none are kept. */
export type TracingOptions = Omit<ExportOptions, "url"> & { readonly url: string | undefined };

/** A tracer that was started. */
export interface Tracing {
  /** Resolves once spans are kept, or at once if none are. */
  readonly ready: Promise<void>;
  /** Sends what is kept. */
  close(): Promise<void>;
}

/**
 * Keeps the spans of this process if there is a collector. Without one the trace context still travels
 * (`trace-context.ts`), and OpenTelemetry's SDK with its exporters (67 MB, a second of start) is never loaded.
 */
export function startTracing({ url, ...options }: TracingOptions): Tracing {
  if (url === undefined) return { ready: Promise.resolve(), close: async () => {} };
  const started = import("./start-exporting.ts").then(({ startExporting }) => {
    const exporter = startExporting({ ...options, url });
    return { exporter, restore: keepSpans(exporter.startSpan) };
  });
  return {
    ready: started.then(() => undefined),
    close: async () => {
      const { exporter, restore } = await started;
      restore();
      await exporter.close();
    },
  };
}
