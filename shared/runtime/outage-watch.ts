import { type Backoff, fullJitter } from "#shared/domain/retry/backoff.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { codeOf, isRetryable } from "#shared/platform/errors/app-error.ts";

/** How the shell waits for a broker, a store or a provider: from 50 ms, and never longer than half a session timeout. */
export const outageBackoff: Backoff = { baseMs: 50, maxMs: 4_000 };

/** Thrown when what was waited for is no longer ours to do: the partition has gone, or the stage stops. */
export const abandoned: unique symbol = Symbol("abandoned");

/** How trouble outside is waited out, and who is told. */
export interface OutageWatchOptions {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Failed tries of one call after which the stage counts as troubled. */
  readonly tries: number;
  /** Told of every failed try. */
  readonly onFailedTry: (code: string, attempt: number, error: Error) => void;
}

/** Waits out trouble outside, and knows what the stage is waiting for. */
export class OutageWatch {
  readonly #options: OutageWatchOptions;
  readonly #waiting = new Map<symbol, string>();

  constructor(options: OutageWatchOptions) {
    this.#options = options;
  }

  /** The code of something that has failed `tries` times and still does; undefined when nothing has. */
  get outage(): string | undefined {
    return this.#waiting.values().next().value;
  }

  /**
   * Calls until it succeeds, with full jitter between the tries. Rejects with what is not retryable; with `abandoned`
   * when a try failed and the signal has aborted, at once where it was waiting.
   */
  async call<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const token = Symbol();
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          return await work();
        } catch (error) {
          if (!isRetryable(error)) throw error;
          await this.#wait(token, error as Error, attempt, signal);
          if (signal.aborted) throw abandoned;
        }
      }
    } finally {
      this.#waiting.delete(token);
    }
  }

  async #wait(token: symbol, error: Error, attempt: number, signal: AbortSignal): Promise<void> {
    const { clock, random, tries, onFailedTry: onTrouble } = this.#options;
    const code = codeOf(error);
    onTrouble(code, attempt, error);
    if (attempt >= tries) this.#waiting.set(token, code);
    const asked = "retryAfterMs" in error && typeof error.retryAfterMs === "number" ? error.retryAfterMs : 0;
    await clock.sleep(
      Math.min(outageBackoff.maxMs, Math.max(5, asked) + fullJitter(attempt, random(), outageBackoff)),
      signal,
    );
  }
}
