import type { Instant } from "#shared/domain/time/instant.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";

interface Sleeper {
  readonly at: Instant;
  readonly wake: () => void;
}

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  /** Moves on by `ms`, waking who is due in the order of their times, and lets each do what it can before the next. */
  advance(ms: number): Promise<void>;
  /** How many sleep. */
  readonly sleeping: number;
}

export function createManualClock(start: Instant = Date.UTC(2026, 0, 5, 12)): ManualClock {
  let now = start;
  let sleepers: Sleeper[] = [];
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const sleeper = { at: now + ms, wake: resolve };
        sleepers.push(sleeper);
        signal?.addEventListener("abort", () => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          resolve();
        });
      }),
    advance: async (ms) => {
      const end = now + ms;
      for (;;) {
        const next = sleepers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        sleepers = sleepers.filter((sleeper) => sleeper !== next);
        now = Math.max(now, next.at);
        next.wake();
        await drainMicrotasks();
      }
      now = end;
      await drainMicrotasks();
    },
    get sleeping() {
      return sleepers.length;
    },
  };
}

/** Lets everything that can run without time passing run. */
export async function drainMicrotasks(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
