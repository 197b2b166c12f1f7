import type { Instant } from "#shared/domain/time/instant.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";

/** Throws a member out that has records in hand and tells of no progress for the session timeout. */
export interface SessionTimeout {
  /** Records have been handed over. */
  begin(): void;
  progress(): void;
  stop(): void;
}

/**
 * Expels a member that holds records and tells of no progress for `sessionTimeoutMs`. Watches only from `begin` to
 * `stop`.
 */
export function createSessionTimeout(options: {
  readonly clock: Clock;
  readonly sessionTimeoutMs: number;
  /** Whether the member holds records that it has not committed. */
  readonly holding: () => boolean;
  readonly expel: () => void;
}): SessionTimeout {
  const { clock, sessionTimeoutMs, holding, expel } = options;
  const stopped = new AbortController();
  let movedAt: Instant = clock.now();
  let watching = false;

  async function watch(): Promise<void> {
    while (holding() && !stopped.signal.aborted) {
      const left = movedAt + sessionTimeoutMs - clock.now();
      if (left <= 0) return expel();
      await clock.sleep(left, stopped.signal);
    }
  }

  function begin(): void {
    if (watching) return;
    watching = true;
    movedAt = clock.now();
    void watch().finally(() => {
      watching = false;
    });
  }

  return {
    begin,
    progress: () => {
      movedAt = clock.now();
    },
    stop: () => stopped.abort(),
  };
}
