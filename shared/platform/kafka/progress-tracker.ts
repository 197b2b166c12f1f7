import type { Position } from "#shared/contracts/log-record.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { slot } from "./assignment.ts";

/** What was delivered to a member and is not committed, and when its work last moved. Pure but for its own state. */
export class ProgressTracker {
  readonly #stallMs: number;
  readonly #held = new Map<string, number>();
  #movedAt: Instant = 0;

  /** `stallMs`: after how long without progress a member that holds records counts as wedged. */
  constructor(stallMs: number) {
    this.#stallMs = stallMs;
  }

  /** Records up to the position were delivered. */
  take(position: Position, now: Instant): void {
    if (this.#held.size === 0) this.#movedAt = now;
    this.#held.set(slot(position), position.offset);
  }

  /** Up to these positions all is committed, which is progress too. */
  release(positions: readonly Position[], now: Instant): void {
    this.#movedAt = now;
    for (const position of positions) {
      if (position.offset >= (this.#held.get(slot(position)) ?? 0)) this.#held.delete(slot(position));
    }
  }

  move(now: Instant): void {
    this.#movedAt = now;
  }

  /** A new generation: what was delivered is void. */
  empty(): void {
    this.#held.clear();
  }

  /** False for a member that holds records and has not moved for the session timeout. */
  isMoving(now: Instant): boolean {
    return this.#held.size === 0 || now - this.#movedAt < this.#stallMs;
  }
}
