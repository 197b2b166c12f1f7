import type { Instant } from "#shared/domain/time/instant.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";

/** When the work of a stage last moved, and how old the record is that it finished last. */
export class StageProgress {
  readonly #clock: Clock;
  readonly #onMove: () => void;
  #movedAt: Instant = 0;
  #lastTimestamp: Instant = 0;

  /** `onMove` is called at each move, so that the group keeps the member. */
  constructor(clock: Clock, onMove: () => void) {
    this.#clock = clock;
    this.#onMove = onMove;
  }

  move(): void {
    this.#movedAt = this.#clock.now();
    this.#onMove();
  }

  /** A record that was written at `timestamp` has left, which is a move too. */
  finish(timestamp: Instant): void {
    this.#lastTimestamp = timestamp;
    this.move();
  }

  /** Milliseconds since the last move; 0 when no record is in hand. */
  stalledMs(inHand: number): number {
    return inHand === 0 ? 0 : this.#clock.now() - this.#movedAt;
  }

  /** How old the record is that left last, ms; 0 when no record is in hand. */
  behindMs(inHand: number): number {
    return inHand === 0 ? 0 : Math.max(0, this.#clock.now() - this.#lastTimestamp);
  }
}
