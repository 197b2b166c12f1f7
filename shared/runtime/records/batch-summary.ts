import type { Telemetry } from "#shared/platform/telemetry/telemetry.ts";
import { loggedIds, outcomeLabel, placeOf, type RecordEnd } from "./record-end.ts";

/** As many traces of a batch stand in its line. */
export const tracesMax = 8;

/**
 * The one line of a batch: how many records came to which outcome, the slowest of them, and some of their traces. It is written
 * when the last record of the batch has left: one whose call takes long holds back the line and nobody else.
 */
export class BatchSummary {
  readonly #stage: string;
  readonly #log: Telemetry["log"];
  readonly #records: number;
  readonly #outcomes: Record<string, number> = {};
  readonly #first: RecordEnd[] = [];
  #slowest: RecordEnd | undefined;
  #open: number;
  #released = 0;

  constructor(stage: string, log: Telemetry["log"], records: number) {
    this.#stage = stage;
    this.#log = log;
    this.#records = records;
    this.#open = records;
  }

  /** A record is done. */
  add(done: RecordEnd): void {
    const label = outcomeLabel(done.outcome);
    this.#outcomes[label] = (this.#outcomes[label] ?? 0) + 1;
    if (this.#slowest === undefined || done.durationMs > this.#slowest.durationMs) this.#slowest = done;
    if (this.#first.length < tracesMax) this.#first.push(done);
    this.#leave();
  }

  /** A record has left without being done, and is delivered again some other time. */
  release(): void {
    this.#released++;
    this.#leave();
  }

  #leave(): void {
    if (--this.#open === 0) this.#write();
  }

  #write(): void {
    const traces = new Set(this.#first.map(({ span }) => span.traceId));
    this.#log.info({
      stage: this.#stage,
      records: this.#records,
      outcomes: this.#outcomes,
      ...(this.#released > 0 && { released: this.#released }),
      ...(this.#slowest && { slowest: { ...placeOf(this.#slowest), ...loggedIds(this.#slowest) } }),
      trace_ids: [...traces],
    });
  }
}
