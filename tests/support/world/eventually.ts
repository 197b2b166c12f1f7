import { setTimeout as sleep } from "node:timers/promises";

const usualPoll_ms = 50;

/**
 * Asks until the answer is neither undefined nor false, and gives it. Rejects after `ms` with what was waited for, and
 * with the last error where asking itself failed. For what no topic tells: tables, metrics, a provider's ledger.
 */
export async function eventually<T>(
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  waitingFor: string,
  ms: number,
  pollMs = usualPoll_ms,
): Promise<T> {
  const end = Date.now() + ms;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`Waited ${ms / 1000} s in vain for ${waitingFor}`, { cause: last });
    await sleep(pollMs);
  }
}
