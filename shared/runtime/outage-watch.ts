import { type Backoff, fullJitter } from "#shared/domain/retry/backoff.ts";
import type { Clock } from "#shared/platform/clock/clock.ts";
import { codeOf, isRetryable } from "#shared/platform/errors/app-error.ts";
import { redactedError } from "#shared/platform/telemetry/redacted-error.ts";

/** How the shell waits for a broker, a store or a provider: from 50 ms, and never longer than half a session timeout. */
export const outageBackoff: Backoff = { baseMs: 50, maxMs: 4_000 };

/** Thrown when a call is no longer ours to make: the partition has gone, or the stage stops. */
export const noLongerOurs: unique symbol = Symbol("abandoned");

/** A try that failed and may succeed later. */
export interface FailedTry {
  readonly code: string;
  /** Which try of its call it was, from 1. */
  readonly attempt: number;
  readonly error: Error;
}

/** How an outage is waited out, and what is reported of it. */
export interface OutageWatchOptions {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Failed tries of one call that make an outage. */
  readonly tries: number;
  /** Called after every failed try. */
  readonly onFailedTry: (failure: FailedTry) => void;
}

interface Waiting {
  readonly code: string;
  readonly sentence: string | undefined;
}

/** Waits out what does not answer outside (a broker, a store, a provider), and knows what the stage is waiting for. */
export class OutageWatch {
  readonly #options: OutageWatchOptions;
  readonly #waiting = new Map<symbol, Waiting>();

  constructor(options: OutageWatchOptions) {
    this.#options = options;
  }

  /** The code of a call that has failed `tries` times and is still tried; undefined when there is none. */
  get outage(): string | undefined {
    return this.#waiting.values().next().value?.code;
  }

  /** Why that call fails, in a sentence, where its error has one that may be repeated. */
  get sentence(): string | undefined {
    return this.#waiting.values().next().value?.sentence;
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
          await this.#wait(token, { code: codeOf(error), attempt, error: error as Error }, signal);
          if (signal.aborted) throw noLongerOurs;
        }
      }
    } finally {
      this.#waiting.delete(token);
    }
  }

  async #wait(token: symbol, failure: FailedTry, signal: AbortSignal): Promise<void> {
    const { clock, random, tries, onFailedTry } = this.#options;
    const { code, attempt, error } = failure;
    onFailedTry(failure);
    if (attempt >= tries) this.#waiting.set(token, { code, sentence: redactedError(error).message });
    const retryAfterMs = "retryAfterMs" in error && typeof error.retryAfterMs === "number" ? error.retryAfterMs : 0;
    await clock.sleep(
      Math.min(outageBackoff.maxMs, Math.max(5, retryAfterMs) + fullJitter(attempt, random(), outageBackoff)),
      signal,
    );
  }
}
