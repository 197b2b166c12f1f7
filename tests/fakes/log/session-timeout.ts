import type { Instant } from "#shared/domain/time/instant.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";

/** What a session timeout watches, and what it does in the end. */
export interface SessionTimeoutOptions {
  readonly clock: Clock;
  readonly sessionTimeoutMs: number;
  /** Whether the member holds records that it has not committed. */
  readonly isHolding: () => boolean;
  readonly expel: () => void;
}

/**
 * Expels a member that holds records and reports no progress for `sessionTimeoutMs`. Watches only from `begin` to
 * `stop`.
 */
export class SessionTimeout {
  readonly #options: SessionTimeoutOptions;
  readonly #stopped = new AbortController();
  #movedAt: Instant;
  #isWatching = false;

  constructor(options: SessionTimeoutOptions) {
    this.#options = options;
    this.#movedAt = options.clock.now();
  }

  /** Records have been delivered. */
  begin(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.progress();
    void this.#watch().finally(() => {
      this.#isWatching = false;
    });
  }

  progress(): void {
    this.#movedAt = this.#options.clock.now();
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #watch(): Promise<void> {
    const { clock, sessionTimeoutMs, isHolding, expel } = this.#options;
    while (isHolding() && !this.#stopped.signal.aborted) {
      const leftMs = this.#movedAt + sessionTimeoutMs - clock.now();
      if (leftMs <= 0) return expel();
      await clock.sleep(leftMs, this.#stopped.signal);
    }
  }
}
