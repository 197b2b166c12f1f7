import type { Position } from "#shared/contracts/log-record.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { slot } from "./assignment.ts";

/** What a member was handed and has not committed, and when its work last moved. Pure but for its own state. */
export interface ProgressTracker {
  /** Records up to the position were handed over. */
  take(position: Position, now: Instant): void;
  /** Up to these positions all is committed, which is progress too. */
  release(positions: readonly Position[], now: Instant): void;
  move(now: Instant): void;
  /** A new generation: what was handed over is void. */
  empty(): void;
  /** False for a member that holds records and has not moved for the session timeout. */
  isMoving(now: Instant): boolean;
}

/** `stallMs`: after how long without progress a member with records in hand counts as wedged. */
export function createProgressTracker(stallMs: number): ProgressTracker {
  const held = new Map<string, number>();
  let movedAt: Instant = 0;

  return {
    take: (position, now) => {
      if (held.size === 0) movedAt = now;
      held.set(slot(position), position.offset);
    },
    release: (positions, now) => {
      movedAt = now;
      for (const position of positions) {
        if (position.offset >= (held.get(slot(position)) ?? 0)) held.delete(slot(position));
      }
    },
    move: (now) => {
      movedAt = now;
    },
    empty: () => held.clear(),
    isMoving: (now) => held.size === 0 || now - movedAt < stallMs,
  };
}
