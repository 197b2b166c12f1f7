import type { Clock } from "#shared/platform/clock/clock.ts";
import { codeOf, isRetryable } from "#shared/platform/errors/app-error.ts";

/** How far apart the tries of a start are, ms. */
const startEveryMs = 2_000;

/** What a start waits with. */
export interface StartWait {
  readonly clock: Pick<Clock, "sleep">;
  /** Called with a sentence when the reason for the wait changes, and with undefined once it is over. */
  readonly onWait: (why: string | undefined) => void;
  /** Aborts when the process should end. */
  readonly signal: AbortSignal;
}

/**
 * Calls until it succeeds, so that a registry that is away, a wrong password or an expired certificate is a process that waits
 * and says why, and not one that ends and is started again for ever. Rejects with what no waiting mends. Resolves with false
 * where the signal aborted.
 */
export async function waitForStart(start: () => Promise<void>, { clock, onWait, signal }: StartWait): Promise<boolean> {
  let said: string | undefined;
  for (;;) {
    try {
      await start();
      onWait(undefined);
      return true;
    } catch (error) {
      if (!isRetryable(error)) throw error;
      const why = `${(error as Error).message} (${codeOf(error)})`;
      if (why !== said) onWait(why);
      said = why;
    }
    await clock.sleep(startEveryMs, signal);
    if (signal.aborted) return false;
  }
}
