import type { Instant } from "#shared/domain/time/instant.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";

/** When the work of a stage last moved. */
export class StageProgress {
  readonly #clock: Clock;
  readonly #onMove: () => void;
  #movedAt: Instant = 0;
  /** Since when the log is known to hold records of ours that are not done. */
  #behindSince: Instant | undefined;

  /** `onMove` is called at each move, so that the group keeps the member. */
  constructor(clock: Clock, onMove: () => void) {
    this.#clock = clock;
    this.#onMove = onMove;
  }

  move(): void {
    this.#movedAt = this.#clock.now();
    this.#onMove();
  }

  /** What a look at the log found: whether it holds records of ours that are not committed. */
  observe(isBehind: boolean): void {
    this.#behindSince = isBehind ? (this.#behindSince ?? this.#clock.now()) : undefined;
  }

  /**
   * Milliseconds since the last move while there is something to do: records in hand, or records on the log that the client
   * does not deliver. 0 when there is nothing.
   */
  stalledMs(inHand: number): number {
    const since = inHand > 0 ? this.#movedAt : this.#behindSince;
    return since === undefined ? 0 : Math.max(0, this.#clock.now() - Math.max(since, this.#movedAt));
  }
}
