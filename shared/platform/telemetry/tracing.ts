import type { Headers, InRecord } from "#shared/contracts/log-record.ts";
import { newSpanId, newTraceId, type TraceParent, traceHeaders, traceParentOf } from "./trace-context.ts";

/** A span that has begun, and the headers that name it as the parent of the next stage's span. */
export interface RecordSpan {
  readonly headers: Headers;
  readonly traceId: string;
  end(outcome: string, failed: boolean): void;
}

/** A span to begin: its name, and the record that it processes where it processes one. */
export interface SpanStart {
  readonly name: string;
  readonly consumed?: { readonly stage: string; readonly topic: string; readonly record: InRecord };
  /** The headers of the record or the request that it continues; none begin a trace. */
  readonly parent: Headers;
}

/** Begins a span. */
export type StartSpan = (start: SpanStart) => RecordSpan;

/** Spans that nobody keeps, until a collector's are put in their place. */
let startSpan: StartSpan = ({ parent }) => new PassedSpan(parent);

/** Lets these spans begin from now on. Returns what puts those before back in their place. */
export function keepSpans(kept: StartSpan): () => void {
  const before = startSpan;
  startSpan = kept;
  return () => {
    startSpan = before;
  };
}

/** Begins the span of one consumed record. */
export function startRecordSpan(stage: string, topic: string, record: InRecord): RecordSpan {
  return startSpan({ name: `process ${topic}`, consumed: { stage, topic, record }, parent: record.headers });
}

/** Begins a span that has no record as its cause: a due item. */
export function startRootSpan(name: string): RecordSpan {
  return startSpan({ name, parent: {} });
}

/** Begins the span of an HTTP request. Its own `traceparent` is the parent, if it has one. */
export function startRequestSpan(
  name: string,
  request: Readonly<Record<string, string | string[] | undefined>>,
): RecordSpan {
  const { traceparent, tracestate } = request;
  return startSpan({ name, parent: { ...bytesOf({ traceparent }), ...bytesOf({ tracestate }) } });
}

function bytesOf(header: Readonly<Record<string, string | string[] | undefined>>): Headers {
  return Object.fromEntries(
    Object.entries(header).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, [value].flat().map((text) => Buffer.from(text))]],
    ),
  );
}

/**
 * A context that travels and leaves nothing: what it says is read and drawn when it is asked for, as most records of a sink
 * write nothing and have no line.
 */
class PassedSpan implements RecordSpan {
  readonly #parent: Headers;
  #context: TraceParent | undefined;
  #headers: Headers | undefined;

  constructor(parent: Headers) {
    this.#parent = parent;
  }

  get traceId(): string {
    return this.#own().traceId;
  }

  get headers(): Headers {
    this.#headers ??= traceHeaders(this.#own());
    return this.#headers;
  }

  end(): void {}

  #own(): TraceParent {
    this.#context ??= childOf(traceParentOf(this.#parent));
    return this.#context;
  }
}

/** The context of a span below this parent, sampled as it is; without one, of a trace that begins and that nobody keeps. */
function childOf(parent: TraceParent | undefined): TraceParent {
  const spanId = newSpanId();
  return parent ? { ...parent, spanId } : { traceId: newTraceId(), spanId, isSampled: false, state: undefined };
}
