import type { Clock } from "#shared/platform/clock/clock.ts";
import type { Telemetry } from "#shared/platform/telemetry/telemetry.ts";
import { tracesMax } from "#shared/runtime/records/batch-summary.ts";

/** How long plain requests are collected for one line, ms. */
export const summaryEveryMs = 1_000;

/** The log line of one request, as it would stand by itself. */
export type RequestLine = Readonly<Record<string, unknown>> & {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  /** From the first byte to the answer. */
  readonly duration_ms: number;
};

interface Collected {
  readonly statuses: Record<string, number>;
  readonly traces: Set<unknown>;
  requests: number;
  slowest: RequestLine;
}

/**
 * The lines of plain requests: one a route for what came within a second, with the slowest of them and some of their traces. A
 * line each is written beside it where the level is `debug`.
 */
export class RequestSummary {
  readonly #log: Telemetry["log"];
  readonly #clock: Clock;
  readonly #routes = new Map<string, Collected>();
  #collecting: AbortController | undefined;

  constructor(log: Telemetry["log"], clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** A plain request is answered. */
  add(line: RequestLine): void {
    if (this.#log.isLevelEnabled("debug")) this.#log.debug({ stage: "gateway", ...line });
    const { route, status, duration_ms, trace_id } = line;
    const of = this.#routes.get(route) ?? { statuses: {}, traces: new Set(), requests: 0, slowest: line };
    this.#routes.set(route, of);
    of.requests++;
    of.statuses[status] = (of.statuses[status] ?? 0) + 1;
    if (duration_ms > of.slowest.duration_ms) of.slowest = line;
    if (of.traces.size < tracesMax) of.traces.add(trace_id);
    if (this.#collecting === undefined) void this.#writeLater();
  }

  /** Writes at once what is collected. */
  flush(): void {
    this.#collecting?.abort("flushed");
    this.#collecting = undefined;
    for (const [route, { requests, statuses, slowest, traces }] of this.#routes) {
      const { method, route: _route, ...rest } = slowest;
      this.#log.info({ stage: "gateway", method, route, requests, statuses, slowest: rest, trace_ids: [...traces] });
    }
    this.#routes.clear();
  }

  async #writeLater(): Promise<void> {
    const collecting = new AbortController();
    this.#collecting = collecting;
    await this.#clock.sleep(summaryEveryMs, collecting.signal);
    if (!collecting.signal.aborted) this.flush();
  }
}
